import { median } from '../harness/statistics';
import { formatTable } from '../harness/table';
import type { IngestBenchResult, IngestRun } from './suite';

const HEADER = [
  'sent as',
  'rows per CPU-second',
  'of the ceiling',
  'rows per second',
  'bytes per row',
  'memory',
  'aim',
];

/** Markdown that stands in docs/performance.md as it is: a table, and what was measured on what. */
export function reportIngest(result: IngestBenchResult): string {
  const { at, cpu, duckdb, threads, node, rows, bytesPerLine, runs, paced, bytesWithoutTraceIds } = result;
  const names = [...new Set(runs.map(({ name }) => name))];
  const of = (name: string) => runs.filter((run) => run.name === name);
  const ceiling = best(of(names[0]!), 'rowsPerCpuSecond');
  const table = names.map((name) => tableRow(of(name), ceiling));
  const ms = (value: number) => value.toFixed(1);
  const mib = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
  return [
    `${at.slice(0, 10)}, ${cpu}, DuckDB ${duckdb}, ${threads} ${threads === 1 ? 'core' : 'cores'}, Node ${node}; ${rows.toLocaleString('en')} requests of ${Math.round(bytesPerLine)} bytes as a line, 1,000 in a body; the best of ${of(names[0]!).length} runs, in turn.`,
    formatTable(HEADER, table),
    `At ${Math.round(paced.rowsPerSecond).toLocaleString('en')} rows a second as NDJSON: acknowledged after ${ms(paced.p50Ms)} ms in the median, ${ms(paced.p99Ms)} ms at p99; ${mib(paced.peakMemory)} resident at most; ${paced.cpuShare.toFixed(2)} of a core.`,
    `Without trace ids a row takes ${ms(bytesWithoutTraceIds)} bytes.`,
  ].join('\n\n');
}

function tableRow(runs: readonly IngestRun[], ceiling: number): string[] {
  const { name, aim, peakMemory } = runs[0]!;
  const rate = best(runs, 'rowsPerCpuSecond');
  const count = (value: number) => Math.round(value).toLocaleString('en');
  return [
    name,
    count(rate),
    (rate / ceiling).toFixed(2),
    count(best(runs, 'rowsPerSecond')),
    median(runs.map(({ bytesPerRow }) => bytesPerRow)).toFixed(1),
    peakMemory === undefined ? '–' : `${Math.round(Math.max(...runs.map((run) => run.peakMemory!)) / 2 ** 20)} MiB`,
    aim === undefined ? '–' : `${count(aim)}: ${rate >= aim ? 'yes' : 'no'}`,
  ];
}

function best(runs: readonly IngestRun[], figure: 'rowsPerCpuSecond' | 'rowsPerSecond'): number {
  return Math.max(...runs.map((run) => run[figure]));
}
