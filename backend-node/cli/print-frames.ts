import { earlierBy, type DataFrameJSON } from '@apitrail/contract';

import { printTable } from './print-table';

type Cell = string | number | null;

/** Writes frames as tables for people. Series of the same times become one table with a column each. */
export function printFrames(frames: readonly DataFrameJSON[], write: (text: string) => void): void {
  const wide = joinSeries(frames);
  if (wide) {
    printTable(wide.columns, wide.rows, write);
    return;
  }
  frames.forEach((frame, index) => {
    if (frames.length > 1) {
      write(`${index === 0 ? '' : '\n'}${frame.schema.name ?? `frame ${index + 1}${whenOf(frame)}`}\n`);
    }
    const columns = frame.schema.fields.map(nameOf);
    printTable(columns, transpose(frame.schema.fields.map((_, column) => cellsOf(frame, column))), write);
  });
}

function joinSeries(frames: readonly DataFrameJSON[]): { columns: string[]; rows: Cell[][] } | undefined {
  const [first] = frames;
  const series = frames.every(({ schema }) => schema.meta?.type === 'timeseries-multi' && schema.fields.length === 2);
  if (!first || frames.length < 2 || !series) {
    return undefined;
  }
  const times = JSON.stringify(first.data.values[0]);
  if (!frames.every(({ data }) => JSON.stringify(data.values[0]) === times)) {
    return undefined;
  }
  return {
    columns: ['time', ...frames.map((frame) => `${nameOf(frame.schema.fields[1]!)}${whenOf(frame)}`)],
    rows: transpose([cellsOf(first, 0), ...frames.map((frame) => cellsOf(frame, 1))]),
  };
}

/** Says of a frame of an earlier time that it is one. */
function whenOf({ schema }: DataFrameJSON): string {
  const shift = earlierBy(schema.meta?.custom);
  return shift === undefined ? '' : ` (${shift} earlier)`;
}

function nameOf({ name, labels = {} }: DataFrameJSON['schema']['fields'][number]): string {
  const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? name : `${name} {${text.join(', ')}}`;
}

function cellsOf({ schema, data }: DataFrameJSON, column: number): Cell[] {
  const { type } = schema.fields[column]!;
  return (data.values[column] ?? []).map((value) => {
    if (value === null || value === undefined) {
      return null;
    }
    if (type === 'time') {
      return new Date(Number(value)).toISOString();
    }
    return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function transpose(columns: readonly Cell[][]): Cell[][] {
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null));
}
