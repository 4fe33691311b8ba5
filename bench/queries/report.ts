import { formatTable } from '../harness/table';
import type { QueryBenchResult, QueryResultRow } from './suite';

const HEADER = [
  'query',
  'raw min',
  'raw median',
  'ours min',
  'ours median',
  'ratio',
  'over',
  'CPU ratio',
  'control',
  'aim',
];

/**
 * Markdown that stands in docs/performance.md as it is: one table per size of lake, times in milliseconds, and a paragraph
 * that says on what and how it was measured.
 */
export function reportQueries({ results, duckdb, node, cpu, threads, runs, at }: QueryBenchResult): string {
  const sizes = [...new Set(results.map(({ rows }) => rows))];
  const different = results.filter((row) => row.difference !== undefined);
  const answers =
    different.length === 0
      ? `All ${results.length} answers equal those of raw DuckDB.`
      : `${different.length} of ${results.length} answers DIFFER from those of raw DuckDB: ${different.map(({ name }) => name).join('; ')}.`;
  return [
    `${at.slice(0, 10)}, ${cpu}, DuckDB ${duckdb}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each, Node ${node}; ${runs} runs of ours and ${2 * runs} of raw, in turn; milliseconds. ${answers}`,
    ...sizes.map((size) =>
      sizeReport(
        size,
        results.filter(({ rows }) => rows === size)
      )
    ),
  ].join('\n\n');
}

function sizeReport(size: number, rows: readonly QueryResultRow[]): string {
  const judged = rows.filter(({ quiet }) => quiet);
  const within = judged.filter(({ withinAim }) => withinAim);
  const noise = rows.length - judged.length;
  const title = `### ${size.toLocaleString('en')} requests: ${within.length} of ${judged.length} within the aim`;
  return `${title}${noise === 0 ? '' : `, ${noise} not judged`}\n\n${formatTable(HEADER, rows.map(tableRow))}`;
}

function tableRow(row: QueryResultRow): string[] {
  const ms = (value: number) => value.toFixed(1);
  const ratio = (value: number) => value.toFixed(2);
  return [
    row.name,
    ms(row.rawMinMs),
    ms(row.rawMedianMs),
    ms(row.oursMinMs),
    ms(row.oursMedianMs),
    ratio(row.ratio),
    ms(row.overMs),
    row.cpuRatio === null ? '–' : ratio(row.cpuRatio),
    ratio(row.control),
    row.quiet ? (row.withinAim ? 'yes' : 'no') : 'noise',
  ];
}
