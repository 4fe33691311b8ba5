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
import { UsageError } from '../harness/usage-error';
import { between, EVERYTHING, type QueryCase, type RawContext } from './case';
import { ANNOTATIONS } from './annotations';
import { ENDPOINTS } from './endpoints';
import { ERRORS } from './errors';
import { FUNNEL } from './funnel';
import { HEATMAP } from './heatmap';
import { REQUESTS } from './requests';
import { SQL } from './sql';
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
  ...SQL,
  ...ANNOTATIONS,
];

/** The cases of some query types (of all when none is named) whose names have a text. Throws a UsageError when nothing is chosen. */
export function chooseCases(types: readonly string[], only: string): QueryCase[] {
  const known = [...new Set(QUERY_CASES.map(({ query }) => query.queryType))];
  const unknown = types.find((type) => !known.includes(type));
  if (unknown !== undefined) {
    throw new UsageError(`--types: ${unknown} is no query type that is measured. There are: ${known.join(', ')}.`);
  }
  const chosen = QUERY_CASES.filter(
    ({ name, query }) => (types.length === 0 || types.includes(query.queryType)) && name.includes(only)
  );
  if (chosen.length === 0) {
    throw new UsageError(
      `--only: no case${types.length === 0 ? '' : ` of ${types.join(', ')}`} has ${JSON.stringify(only)} in its name.`
    );
  }
  return chosen;
}

export interface QueryBenchOptions {
  /** Sizes of lakes, in requests. */
  rows: readonly number[];
  /** What is measured. */
  cases: readonly QueryCase[];
  /** Runs of each side of each case, after one that is not counted. */
  runs: number;
  /** Folder that lakes are kept in. */
  directory: string;
  /** Program of the companion. */
  companion: string;
  say: (text: string) => void;
}

export interface QueryResultRow extends Omit<Comparison, 'cpuRatio'> {
  rows: number;
  name: string;
  /** As in Comparison; null where the CPU time of ours is not known. */
  cpuRatio: number | null;
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
  { cases, runs, directory, companion: script, say }: QueryBenchOptions
): Promise<QueryResultRow[]> {
  const lake = await makeLake({ rows, directory, say });
  const contextOf = await readFiles(lake, rows);
  const companion = await Companion.start(script, lake, threads);
  try {
    const results: QueryResultRow[] = [];
    for (const one of cases) {
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
    ...(one.ownProcess ? { cpuRatio: null } : {}),
    ...(found === undefined ? {} : { difference: found }),
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The live files of a lake, as what SQL by hand reads for the range of a case. */
export async function readFiles(
  directory: string,
  rows: number
): Promise<(one: Pick<QueryCase, 'range' | 'reads'>) => RawContext> {
  const engine = await openDuckDb({ threads: 1 });
  try {
    const lake = await Lake.open(directory, { engine });
    const { files } = await lake.snapshot();
    const newestMs = Math.max(...[...files.values()].map(({ newest }) => newest!));
    const newestFirst = [...files.values()].sort((a, b) => b.newest! - a.newest!);
    return ({ range = EVERYTHING, reads = range }) => {
      const touched = newestFirst.filter((file) => overlaps(file, reads));
      const paths = touched.map(({ add }) => `'${dataFilePath(lake.table, add.path)}'`);
      return {
        requests: `read_parquet([${paths.join(', ')}])`,
        inRange: between(reads.from * 1000, reads.to * 1000),
        rows,
        newestUs: newestMs * 1000,
      };
    };
  } finally {
    await engine.close();
  }
}
