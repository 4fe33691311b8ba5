import { availableParallelism, cpus } from 'node:os';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { Lake } from '../../backend-node/lake/lake';
import { dataFilePath } from '../../backend-node/lake/layout';
import { overlaps } from '../../backend-node/lake/pruning';
import { Companion } from '../harness/companion';
import { RawDuckDb } from '../harness/raw-duckdb';
import { measureRounds } from '../harness/rounds';
import { difference } from '../harness/same-answer';
import { compareTimings, type Comparison } from '../harness/statistics';
import { makeLake } from '../lake/make-lake';
import { between, EVERYTHING, type QueryCase, type RawContext } from './case';
import { ENDPOINTS } from './endpoints';
import { ERRORS } from './errors';
import { FUNNEL } from './funnel';
import { HEATMAP } from './heatmap';
import { REQUESTS } from './requests';
import { TRAFFIC } from './traffic';
import { VALUES } from './values';

export const QUERY_CASES: readonly QueryCase[] = [
  ...TRAFFIC,
  ...ENDPOINTS,
  ...HEATMAP,
  ...FUNNEL,
  ...ERRORS,
  ...REQUESTS,
  ...VALUES,
];

export interface QueryBenchOptions {
  /** Sizes of lakes, in requests. */
  rows: readonly number[];
  /** Query types to measure; all when there are none. */
  types: readonly string[];
  /** A text that the names of cases to measure have in them; empty for all. */
  only: string;
  /** Runs of each side of each case, after one that is not counted. */
  runs: number;
  /** Folder that lakes are kept in. */
  directory: string;
  /** Program of the companion. */
  companion: string;
  say: (text: string) => void;
}

export interface QueryResultRow extends Comparison {
  rows: number;
  name: string;
  /** What differs between the answers; absent when they are the same. */
  difference?: string;
}

/** What was measured, and on what. */
export interface QueryBenchResult {
  /** ISO 8601. */
  at: string;
  duckdb: string;
  node: string;
  cpu: string;
  threads: number;
  runs: number;
  results: QueryResultRow[];
}

/** Measures the query types, over HTTP, beside raw DuckDB on the same files. */
export async function benchQueries(options: QueryBenchOptions): Promise<QueryBenchResult> {
  const threads = availableParallelism();
  const raw = await RawDuckDb.open(threads);
  try {
    const results: QueryResultRow[] = [];
    for (const rows of options.rows) {
      results.push(...(await benchLake(rows, raw, threads, options)));
    }
    const { version: node } = process;
    const cpu = cpus()[0]?.model ?? 'unknown';
    return { at: new Date().toISOString(), duckdb: raw.version, node, cpu, threads, runs: options.runs, results };
  } finally {
    raw.close();
  }
}

async function benchLake(
  rows: number,
  raw: RawDuckDb,
  threads: number,
  { types, only, runs, directory, companion: script, say }: QueryBenchOptions
): Promise<QueryResultRow[]> {
  const lake = await makeLake({ rows, directory, say });
  const contextOf = await readFiles(lake);
  const companion = await Companion.start(script, lake, threads);
  try {
    const results: QueryResultRow[] = [];
    const chosen = QUERY_CASES.filter(
      ({ name, query }) => (types.length === 0 || types.includes(query.queryType)) && name.includes(only)
    );
    for (const one of chosen) {
      const result = { rows, ...(await benchCase(one, contextOf(one), { raw, companion, runs })) };
      say(
        `${rows} rows, ${one.name}: raw ${result.rawMinMs.toFixed(1)} ms, ours ${result.oursMinMs.toFixed(1)} ms${result.withinAim ? '' : ' – slower than the aim'}${result.difference ? ` – DIFFERENT: ${result.difference}` : ''}`
      );
      results.push(result);
    }
    return results;
  } finally {
    await companion.stop();
  }
}

async function benchCase(
  one: QueryCase,
  context: RawContext,
  { raw, companion, runs }: { raw: RawDuckDb; companion: Companion; runs: number }
): Promise<Omit<QueryResultRow, 'rows'>> {
  const { from, to } = one.range ?? EVERYTHING;
  const text = one.raw(context);
  const request = { from, to, queries: [{ refId: 'A', ...one.query }] };
  // What warms both sides up also shows that they answer alike.
  const rawRows = await raw.rows(text);
  const { results } = await companion.ask(request);
  const found = difference(rawRows, one.answer(results.A!.frames!), one.keys);
  const rawSide = { run: () => raw.rows(text), cpuMs: ownCpuMs };
  const askingMs = await companion.askingMs();
  const ourSide = { run: () => companion.ask(request), cpuMs: () => companion.cpuMs(), askingMs };
  const [first, ours, second] = await measureRounds([rawSide, ourSide, rawSide], runs);
  return {
    name: one.name,
    ...compareTimings(first!, ours!, second!),
    ...(found === undefined ? {} : { difference: found }),
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The live files of a lake, as what SQL by hand reads for the range of a case. */
async function readFiles(directory: string): Promise<(one: QueryCase) => RawContext> {
  const engine = await openDuckDb({ threads: 1 });
  try {
    const lake = await Lake.open(directory, { engine });
    const { files } = await lake.snapshot();
    const newestMs = Math.max(...[...files.values()].map(({ newest }) => newest!));
    return ({ range = EVERYTHING }) => {
      const touched = [...files.values()].filter((file) => overlaps(file, range));
      const paths = touched.map(({ add }) => `'${dataFilePath(lake.table, add.path)}'`);
      return {
        requests: `read_parquet([${paths.join(', ')}])`,
        inRange: between(range.from * 1000, range.to * 1000),
        newestUs: newestMs * 1000,
      };
    };
  } finally {
    await engine.close();
  }
}
