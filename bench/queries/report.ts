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

/** One table per size of lake, times in milliseconds, and what has to be said about them. */
export function reportQueries({ results, duckdb, node, cpu, threads, runs, at }: QueryBenchResult): string {
  const sizes = [...new Set(results.map(({ rows }) => rows))];
  const tables = sizes.map((size) => {
    const own = results.filter(({ rows }) => rows === size);
    return `### ${size.toLocaleString('en')} requests\n\n${formatTable(HEADER, own.map(tableRow))}`;
  });
  const different = results.filter((row) => row.difference !== undefined);
  const slow = results.filter(({ withinAim }) => !withinAim);
  return [
    ...tables,
    `${at.slice(0, 16)}, ${cpu}, ${threads} threads, DuckDB ${duckdb}, Node ${node}, ${runs} runs of each side. Milliseconds.`,
    different.length === 0
      ? `All ${results.length} answers equal those of raw DuckDB.`
      : `${different.length} of ${results.length} answers DIFFER from those of raw DuckDB: ${different.map(({ name }) => name).join('; ')}.`,
    `${results.length - slow.length} of ${results.length} are within 1.3 × raw DuckDB + 10 ms.`,
  ].join('\n\n');
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
    ratio(row.cpuRatio),
    ratio(row.control),
    row.withinAim ? 'yes' : 'no',
  ];
}
