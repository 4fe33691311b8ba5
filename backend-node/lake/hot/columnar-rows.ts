import { RECORD_COLUMNS } from '@apitrail/contract';

import type { HotColumn } from './parquet/column';
import { MapColumn } from './parquet/map-column';
import { NumberColumn } from './parquet/number-column';
import { TextColumn } from './parquet/text-column';
import { parquetFile } from './parquet/write-file';

/** Ids of single requests: no two rows share one. */
export const DISTINCT = new Set(['trace_id', 'span_id', 'request_id']);

/** A row as it is taken in: the columns of the record, times in microseconds since the epoch; undefined is null. */
export type ColumnarRow = { readonly [column: string]: unknown; readonly time: number };

type Setter = (row: number, value: unknown) => void;

/**
 * Rows on their way to a hot file, column by column. Writing them as Parquet from here costs a tenth of what it costs to
 * hand them to the engine as text.
 */
export class ColumnarRows {
  rows = 0;
  /** Oldest and newest row, microseconds since the epoch; infinite without rows. */
  oldest = Infinity;
  newest = -Infinity;
  /** Whether every row stands for one request. */
  unweighted = true;
  private readonly columns: HotColumn[] = [];
  private readonly texts = new Map<string, TextColumn>();
  private map: MapColumn | undefined;
  private readonly numbers = new Map<string, NumberColumn>();
  private readonly setters: Array<{ name: string; set: Setter }> = [];

  constructor() {
    for (const { name, type } of RECORD_COLUMNS) {
      if (type === 'string') {
        const column = new TextColumn(name, DISTINCT.has(name));
        this.texts.set(name, column);
        this.add(column, (row, value) => value !== '' && column.set(row, value as string));
      } else if (type === 'map<string,string>') {
        const column = new MapColumn(name);
        this.map = column;
        this.add(column, (row, value) => column.set(row, value as Record<string, string>));
      } else if (type === 'double' || type === 'integer' || type === 'long' || type === 'timestamp') {
        const column = new NumberColumn(name, type);
        this.numbers.set(name, column);
        this.add(column, (row, value) => column.set(row, value as number));
      }
    }
  }

  /** Adds a row, which must be protected and have its route. */
  push(row: ColumnarRow): void {
    const index = this.rows++;
    for (const { name, set } of this.setters) {
      const value = row[name];
      if (value !== undefined && value !== null) {
        set(index, value);
      }
    }
    const { time, weight } = row;
    this.span(time);
    if (weight !== undefined && weight !== 1) {
      this.unweighted = false;
    }
  }

  /**
   * Begins rows of which nothing is set yet, for callers that have columns themselves; gives the number of the first. Each
   * column is then set row by row, ascending. They stand for one request each.
   */
  begin(times: Float64Array, count: number, stride = 1): number {
    const first = this.rows;
    const column = this.number('time');
    for (let index = 0; index < count; index++) {
      const time = times[index * stride]!;
      this.span(time);
      column.set(first + index, time);
    }
    this.rows += count;
    return first;
  }

  /** A column of text. */
  text(name: string): TextColumn {
    return this.texts.get(name)!;
  }

  /** The column of attributes. */
  get attributes(): MapColumn {
    return this.map!;
  }

  /** A column of numbers or times. */
  number(name: string): NumberColumn {
    return this.numbers.get(name)!;
  }

  /** The rows as the content of a Parquet file, in pieces. */
  toParquet(): Buffer[] {
    return parquetFile(this.columns, this.rows);
  }

  private span(time: number): void {
    this.oldest = Math.min(this.oldest, time);
    this.newest = Math.max(this.newest, time);
  }

  private add(column: HotColumn, set: Setter): void {
    this.columns.push(column);
    this.setters.push({ name: column.name, set });
  }
}
