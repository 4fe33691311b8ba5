import { availableParallelism } from 'node:os';

import { Companion } from '../harness/companion';
import { cpuSecondsOf, peakMemoryOf } from '../harness/process-usage';
import { RawDuckDb } from '../harness/raw-duckdb';
import { difference } from '../harness/same-answer';
import { formatTable } from '../harness/table';
import { makeCrowd } from '../lake/make-crowd';
import { EVERYTHING } from '../queries/case';
import { readFiles } from '../queries/suite';
import { JOURNEY_CASES, type JourneyCase } from './cases';

/** What the query process is held to: at more its supervisor ends it, and the question fails. */
const LIMIT = '2GB';
/** What the engine plans with; the rest is for what is not its own. */
const ENGINE = '1200MB';

/** One question by SQL, and one unit by unit, whose answer only the first bounds. */
const ASKED = ['funnel: customers', 'funnel: counting total'];

export interface MemoryResult {
  name: string;
  seconds: number;
  cpuSeconds: number;
  /** Most that the query process had resident, bytes. */
  peak: number;
  /** How many units got to each step. */
  units: number[];
  /** What differs from raw DuckDB without a limit; absent where it is the same, or was not asked. */
  difference?: string;
}

export interface MemoryBenchResult {
  rows: number;
  /** How many customers there are. */
  customers: number;
  limit: string;
  results: MemoryResult[];
}

/** Asks funnels of a crowd in a process that is held to `LIMIT`; a process for each question. */
export async function benchMemory(options: {
  rows: number;
  directory: string;
  companion: string;
  say: (text: string) => void;
}): Promise<MemoryBenchResult> {
  const { rows, directory, companion: script, say } = options;
  const threads = availableParallelism();
  const lake = await makeCrowd({ rows, directory, say });
  const settings = {
    APITRAIL_LIMITS_MEMORY: ENGINE,
    APITRAIL_LIMITS_PROCESS_MEMORY: LIMIT,
    APITRAIL_LIMITS_QUERY_TIMEOUT: '30m',
  };
  const results: MemoryResult[] = [];
  for (const one of JOURNEY_CASES.filter(({ name }) => ASKED.includes(name))) {
    const companion = await Companion.start(script, lake, threads, settings);
    try {
      const began = performance.now();
      const answer = await companion.ask({ ...EVERYTHING, queries: [{ refId: 'A', ...one.query }] });
      const pid = companion.pids.get('query')!;
      const [frame] = answer.results.A!.frames!;
      const column = frame!.schema.fields.findIndex(({ name }) => name === 'units');
      const result: MemoryResult = {
        name: one.name,
        seconds: (performance.now() - began) / 1000,
        cpuSeconds: cpuSecondsOf(pid),
        peak: peakMemoryOf(pid),
        units: frame!.data.values[column] as number[],
        ...(await compared(one, lake, rows, one.answer(answer.results.A!.frames!))),
      };
      say(`${one.name}: ${result.seconds.toFixed(0)} s, ${(result.peak / 2 ** 20).toFixed(0)} MiB at most`);
      results.push(result);
    } finally {
      await companion.stop();
    }
  }
  return { rows, customers: await countCustomers(lake, rows), limit: LIMIT, results };
}

/** What differs from the way by hand that needs least memory. */
async function compared(
  one: JourneyCase,
  lake: string,
  rows: number,
  answer: ReturnType<JourneyCase['answer']>
): Promise<{ difference?: string }> {
  const text = one.byHand?.((await readFiles(lake, rows))({}))['pruned, a list per step'];
  if (text === undefined) {
    return {};
  }
  const raw = await RawDuckDb.open(availableParallelism());
  try {
    const found = difference(await raw.rows(text), answer, 1);
    return found === undefined ? {} : { difference: found };
  } finally {
    raw.close();
  }
}

async function countCustomers(lake: string, rows: number): Promise<number> {
  const raw = await RawDuckDb.open(availableParallelism());
  try {
    const { requests } = (await readFiles(lake, rows))({});
    return Number((await raw.rows(`SELECT approx_count_distinct(customer) FROM ${requests}`))[0]![0]);
  } finally {
    raw.close();
  }
}

/** Markdown that stands in docs/performance.md as it is. */
export function reportMemory({ rows, customers, limit, results }: MemoryBenchResult): string {
  const table = formatTable(
    ['question', 'seconds', 'CPU seconds', 'most resident', 'units per step', 'beside raw'],
    results.map(({ name, seconds, cpuSeconds, peak, units, difference: found }, index) => [
      name,
      seconds.toFixed(0),
      cpuSeconds.toFixed(0),
      `${(peak / 2 ** 20).toFixed(0)} MiB`,
      units.join(', '),
      found === undefined ? (index === 0 ? 'same' : '–') : 'DIFFERS',
    ])
  );
  return `${rows.toLocaleString('en')} requests of some ${customers.toLocaleString('en')} customers; the query process is held to ${limit}.\n\n${table}`;
}
