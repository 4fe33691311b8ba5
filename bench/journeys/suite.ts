import { availableParallelism, cpus } from 'node:os';

import { Companion } from '../harness/companion';
import { RawDuckDb } from '../harness/raw-duckdb';
import { measureRounds } from '../harness/rounds';
import { difference } from '../harness/same-answer';
import { median, type Timings } from '../harness/statistics';
import { makeLake } from '../lake/make-lake';
import { EVERYTHING, type RawContext } from '../queries/case';
import { readFiles } from '../queries/suite';
import type { JourneyCase } from './cases';
import { askChdb, type ChdbAnswer } from './chdb';

export interface JourneyBenchOptions {
  rows: number;
  cases: readonly JourneyCase[];
  /** Runs of each side of each case, after one that is not counted. */
  runs: number;
  /** Folder that lakes are kept in. */
  directory: string;
  /** Program of the companion. */
  companion: string;
  /** A Python that may have chDB. */
  chdb: string;
  say: (text: string) => void;
}

/** What one side took: milliseconds, the least and the median of its runs. */
export interface Took {
  minMs: number;
  medianMs: number;
  cpuMs: number;
}

export interface JourneyResult {
  name: string;
  ours: Took;
  byHand: Array<Took & { name: string; difference?: string }>;
  /** Ours to the fastest by hand with the same answer, by CPU time and by the clock; null where there is none. */
  cpuRatio: number | null;
  ratio: number | null;
  chdb?: Took & { version: string; difference?: string };
}

/** What was measured, and on what. */
export interface JourneyBenchResult {
  /** ISO 8601. */
  at: string;
  rows: number;
  duckdb: string;
  node: string;
  cpu: string;
  threads: number;
  runs: number;
  /** Whether there was a chDB to ask. */
  chdb: boolean;
  results: JourneyResult[];
}

/** Measures journeys, over HTTP, beside SQL by hand on the same files and chDB's `windowFunnel`. */
export async function benchJourneys(options: JourneyBenchOptions): Promise<JourneyBenchResult> {
  const { rows, cases, runs, directory, companion: script, say } = options;
  const threads = availableParallelism();
  const lake = await makeLake({ rows, traffic: 'journeys', directory, say });
  const context = (await readFiles(lake, rows))({});
  const raw = await RawDuckDb.open(threads);
  try {
    const companion = await Companion.start(script, lake, threads, { APITRAIL_LIMITS_QUERY_TIMEOUT: '10m' });
    try {
      const results: JourneyResult[] = [];
      const ask = { python: options.chdb, table: `${lake}/requests`, threads };
      for (const one of cases) {
        const result = await benchCase(one, context, { raw, companion, runs, ...ask });
        const fastest = result.cpuRatio === null ? '' : `, ${result.cpuRatio.toFixed(2)} times the fastest by hand`;
        const wrong = [...result.byHand, ...(result.chdb ? [result.chdb] : [])].find((side) => side.difference);
        say(
          `${one.name}: ${result.ours.cpuMs.toFixed(0)} ms of CPU time${fastest}${wrong ? ` – DIFFERENT: ${wrong.difference}` : ''}`
        );
        results.push(result);
      }
      const cpu = cpus()[0]?.model ?? 'unknown';
      const chdb = results.some((result) => result.chdb);
      const { version: node } = process;
      return { at: new Date().toISOString(), rows, duckdb: raw.version, node, cpu, threads, runs, chdb, results };
    } finally {
      await companion.stop();
    }
  } finally {
    raw.close();
  }
}

async function benchCase(
  one: JourneyCase,
  context: RawContext,
  sides: { raw: RawDuckDb; companion: Companion; runs: number; python: string; table: string; threads: number }
): Promise<JourneyResult> {
  const { raw, companion, runs } = sides;
  const request = { ...EVERYTHING, queries: [{ refId: 'A', ...one.query }] };
  const variants = Object.entries(one.byHand?.(context) ?? {});
  // What warms all sides up also shows which of them answer alike.
  const { results } = await companion.ask(request);
  const answer = one.answer(results.A!.frames!);
  const differences: Array<string | undefined> = [];
  for (const [, text] of variants) {
    const rows = await raw.rows(text);
    differences.push(one.same ? difference(rows, answer, 1) : undefined);
  }
  const askingMs = await companion.askingMs();
  const timings = await measureRounds(
    [
      { run: () => companion.ask(request), cpuMs: () => companion.cpuMs(), askingMs },
      ...variants.map(([, text]) => ({ run: () => raw.rows(text), cpuMs: ownCpuMs })),
    ],
    runs
  );
  const [ours, ...others] = timings.map(tookOf) as [Took, ...Took[]];
  const byHand = variants.map(([name], index) => ({
    ...{ name, ...others[index]! },
    ...(differences[index] === undefined ? {} : { difference: differences[index] }),
  }));
  const right = one.same ? byHand.filter((side) => side.difference === undefined) : [];
  const least = (of: (took: Took) => number) => (right.length === 0 ? null : of(ours) / Math.min(...right.map(of)));
  const chdb = one.windowFunnel ? await askChdb(sides.python, sides) : undefined;
  return {
    ...{ name: one.name, ours, byHand, cpuRatio: least(({ cpuMs }) => cpuMs), ratio: least(({ minMs }) => minMs) },
    ...(chdb ? { chdb: chdbSide(chdb, answer) } : {}),
  };
}

function chdbSide(chdb: ChdbAnswer, answer: ReturnType<JourneyCase['answer']>) {
  const found = difference(
    chdb.units.map((units, index) => [index + 1, units]),
    answer,
    1
  );
  return { ...tookOf(chdb), version: chdb.version, ...(found === undefined ? {} : { difference: found }) };
}

function tookOf({ wallMs, cpuMs }: Timings): Took {
  return { minMs: Math.min(...wallMs), medianMs: median(wallMs), cpuMs: Math.min(...cpuMs) };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
