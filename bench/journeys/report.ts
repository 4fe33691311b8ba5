import { AIM } from '../harness/statistics';
import { formatTable } from '../harness/table';
import type { JourneyBenchResult, JourneyResult, Took } from './suite';

const HEADER = ['question', 'answered by', 'min', 'median', 'CPU', 'ours to it', 'its answer'];

/** Markdown that stands in docs/performance.md as it is: milliseconds, and how ours compare with each other way in CPU time. */
export function reportJourneys(result: JourneyBenchResult): string {
  const { at, rows, cpu, duckdb, threads, node, runs, results } = result;
  const judged = results.filter(({ cpuRatio }) => cpuRatio !== null);
  const within = judged.filter(({ cpuRatio }) => cpuRatio! <= AIM.ratio);
  const missing = result.chdb ? '' : ' There was no chDB to ask: name a Python that has it with --chdb.';
  return [
    `${at.slice(0, 10)}, ${cpu}, DuckDB ${duckdb}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each, Node ${node}; ${rows.toLocaleString('en')} requests; ${runs} runs of each in turn; milliseconds. ${within.length} of ${judged.length} within ${AIM.ratio} times the CPU time of the fastest by hand with the same answer.${missing}`,
    formatTable(HEADER, results.flatMap(rowsOf)),
  ].join('\n\n');
}

/** `less`: what is written by hand does less than the question asks for. */
function rowsOf({ name, ours, byHand, chdb, cpuRatio }: JourneyResult): string[][] {
  const row = (by: string, took: Took, answer: string) => [
    ...['', by],
    ...[took.minMs, took.medianMs, took.cpuMs].map((ms) => ms.toFixed(0)),
    ...[(ours.cpuMs / took.cpuMs).toFixed(2), answer],
  ];
  const judge = (difference: string | undefined) =>
    difference !== undefined ? 'DIFFERS' : cpuRatio === null ? 'less' : 'same';
  return [
    [name, 'apitrail', ...[ours.minMs, ours.medianMs, ours.cpuMs].map((ms) => ms.toFixed(0)), '–', '–'],
    ...byHand.map((side) => row(`SQL: ${side.name}`, side, judge(side.difference))),
    ...(chdb ? [row(`chDB ${chdb.version}: windowFunnel`, chdb, judge(chdb.difference))] : []),
  ];
}
