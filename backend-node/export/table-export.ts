import { Readable } from 'node:stream';

import { ApitrailError, type DataFrameJSON, type QueryResult } from '@apitrail/contract';

import type { Engine, KeptColumn, RunOptions } from '../engine/engine';
import { identifier, join, raw, sql } from '../engine/sql';
import { csvLine } from './csv';
import type { ExportFormat } from './formats';
import { parquetOf } from './parquet';

type ColumnType = 'time' | 'number' | 'boolean' | 'string' | 'json';

/** The answer to a query as a table. */
export interface ExportTable {
  columns: Array<{ name: string; type: ColumnType }>;
  /** An array per column, in their order. Times are epoch milliseconds. */
  values: unknown[][];
}

/**
 * The one table of a query's answer. Throws the query's error, or one that says that it answers with several or with none.
 */
export function tableOf({ error, frames = [], status }: QueryResult): ExportTable {
  if (error !== undefined) {
    const [, message = error, code] = /^([\s\S]*?)(?: \[(APITRAIL_\w+)\])?$/.exec(error) ?? [];
    const fallback = status < 500 ? 'APITRAIL_BAD_REQUEST' : 'APITRAIL_INTERNAL';
    throw new ApitrailError((code as ApitrailError['code'] | undefined) ?? fallback, message);
  }
  const [frame] = frames;
  if (!frame || frames.length > 1) {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      `The query answers with ${frames.length} frames, and one table is exported. Use its format table, and no timeShift where that adds one.`,
      { where: 'query.format' }
    );
  }
  return { columns: columnsOf(frame), values: frame.data.values };
}

function columnsOf({ schema }: DataFrameJSON): ExportTable['columns'] {
  const names = new Set<string>();
  return schema.fields.map(({ name, type, labels = {} }) => {
    const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const full = texts.length === 0 ? name : `${name} {${texts.join(', ')}}`;
    let own = full;
    // Names of columns in Parquet are one each, whatever their case.
    for (let number = 2; names.has(own.toLowerCase()); number++) {
      own = `${full} ${number}`;
    }
    names.add(own.toLowerCase());
    const known = type === 'time' || type === 'number' || type === 'boolean' || type === 'string';
    return { name: own, type: known ? type : 'json' };
  });
}

/** A table as a stream in a format. `folder` is where a Parquet file lies until it was read. */
export async function exportTable(
  table: ExportTable,
  format: ExportFormat,
  { engine, folder, ...options }: { engine: Engine; folder: string } & RunOptions
): Promise<Readable> {
  switch (format) {
    case 'csv':
      return Readable.from(csvOf(table), { objectMode: false });
    case 'json':
      return Readable.from(jsonOf(table), { objectMode: false });
    case 'parquet':
      return parquetStream(table, engine, folder, options);
  }
}

const rowsOf = ({ values }: ExportTable): number => values[0]?.length ?? 0;

function* csvOf(table: ExportTable): Generator<string> {
  yield csvLine(table.columns.map(({ name }) => name));
  for (let row = 0; row < rowsOf(table); row++) {
    yield csvLine(table.columns.map((column, index) => shownValue(column.type, table.values[index]![row])));
  }
}

/** A list of objects, one a line. */
function* jsonOf(table: ExportTable): Generator<string> {
  yield '[';
  for (let row = 0; row < rowsOf(table); row++) {
    const entries = table.columns.map((column, index) => [
      column.name,
      shownValue(column.type, table.values[index]![row]) ?? null,
    ]);
    yield `${row === 0 ? '' : ','}\n${JSON.stringify(Object.fromEntries(entries))}`;
  }
  yield '\n]\n';
}

function shownValue(type: ColumnType, value: unknown): unknown {
  return type === 'time' && typeof value === 'number' ? new Date(value).toISOString() : value;
}

const KEPT: Readonly<Record<ColumnType, KeptColumn['type']>> = {
  time: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'INTEGER',
  string: 'VARCHAR',
  json: 'VARCHAR',
};

async function parquetStream(
  table: ExportTable,
  engine: Engine,
  folder: string,
  options: RunOptions
): Promise<Readable> {
  const columns = table.columns.map(({ type }, index): KeptColumn => ({ name: `c${index}`, type: KEPT[type] }));
  const values = table.columns.map(({ type }, index) => table.values[index]!.map((value) => keptValue(type, value)));
  const kept = await engine.keep(columns, onePart(values));
  try {
    const selected = table.columns.map(({ name, type }, index) => {
      const column = raw(`c${index}`);
      const typed =
        type === 'time'
          ? sql`make_timestamptz(${column})`
          : type === 'boolean'
            ? sql`CAST(${column} AS BOOLEAN)`
            : column;
      return sql`${typed} AS ${identifier(name)}`;
    });
    return (await parquetOf(engine, sql`SELECT ${join(selected)} FROM ${kept.relation}`, folder, options)).stream;
  } finally {
    await kept.drop();
  }
}

async function* onePart(values: unknown[][]): AsyncGenerator<unknown[][]> {
  yield values;
}

function keptValue(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) {
    return null;
  }
  switch (type) {
    case 'time':
      return Math.round(Number(value) * 1000);
    case 'boolean':
      return value ? 1 : 0;
    case 'json':
      return JSON.stringify(value);
    default:
      return value;
  }
}
