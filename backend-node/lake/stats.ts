import type { ColumnType } from '@apitrail/contract';

import type { TableDefinition } from './table-definition';

/** Statistics of a data file, as `add.stats` holds them. */
export interface FileStats {
  numRecords: number;
  minValues: Record<string, unknown>;
  maxValues: Record<string, unknown>;
  nullCount: Record<string, unknown>;
}

/** Statistics of one column as DuckDB's COPY returns them with RETURN_STATS, all as text. */
export type CopyStats = Record<string, Record<string, string>>;

/** Length at which bounds of strings are cut, in code points. */
const PREFIX = 32;

/** Turns what COPY returned into `add.stats`. Bounds of a column that is null throughout are left out. */
export function deltaStats(definition: TableDefinition, rows: number, copied: CopyStats): FileStats {
  const { columns, statistics, counted = [] } = definition;
  const stats: FileStats = { numRecords: rows, minValues: {}, maxValues: {}, nullCount: {} };
  for (const { name, type } of columns) {
    if (!statistics.includes(name) && !counted.includes(name)) {
      continue;
    }
    const column = copied[`"${name}"`];
    if (!column) {
      continue;
    }
    stats.nullCount[name] = Number(column.null_count);
    if (!statistics.includes(name)) {
      continue;
    }
    const min = bound(type, column.min, 'min');
    const max = bound(type, column.max, 'max');
    if (min !== undefined && max !== undefined) {
      stats.minValues[name] = min;
      stats.maxValues[name] = max;
    }
  }
  return stats;
}

function bound(type: ColumnType, text: string | undefined, side: 'min' | 'max'): unknown {
  if (text === undefined) {
    return undefined;
  }
  switch (type) {
    case 'timestamp':
      return timestampBound(text, side);
    case 'string':
      return side === 'min' ? [...text].slice(0, PREFIX).join('') : stringUpperBound(text);
    default: {
      const number = Number(text);
      const exact = type === 'double' ? Number.isFinite(number) : Number.isSafeInteger(number);
      return exact ? number : undefined;
    }
  }
}

/** Milliseconds are all that every reader keeps, so the lower bound is rounded down and the upper up. */
function timestampBound(text: string, side: 'min' | 'max'): string | undefined {
  const micros = parseTimestampUs(text);
  if (micros === undefined) {
    return undefined;
  }
  const ms = side === 'min' ? Math.floor(micros / 1000) : Math.ceil(micros / 1000);
  return new Date(ms).toISOString();
}

/** The prefix of a text, raised so that it is not below the text; undefined when it cannot be raised. */
function stringUpperBound(text: string): string | undefined {
  const points = [...text];
  if (points.length <= PREFIX) {
    return text;
  }
  for (let length = PREFIX; length > 0; length--) {
    const last = points[length - 1]?.codePointAt(0) ?? 0;
    // The next code point that can stand in a text: past the surrogates, and none past the last.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    if (next <= 0x10ffff) {
      return points.slice(0, length - 1).join('') + String.fromCodePoint(next);
    }
  }
  return undefined;
}

/**
 * Reads a timestamp as DuckDB writes it in UTC (`2026-11-23 04:05:06.123456+00`), or a date, as microseconds since the
 * epoch. Digits beyond microseconds are cut. Undefined for years it writes in another form, and infinity.
 */
export function parseTimestampUs(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?(?:\+00)?$/.exec(text);
  if (!match) {
    return undefined;
  }
  const seconds = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`) * 1000;
  const micros = Number((match[3] ?? '').slice(0, 6).padEnd(6, '0'));
  return Number.isNaN(seconds) ? undefined : seconds + micros;
}

/**
 * What the companion itself needs of a file's statistics. Times in whole epoch milliseconds, null when they are not
 * known; the newest row may be up to a millisecond to either side, as writers round.
 */
export interface FileBounds {
  rows: number | null;
  oldest: number | null;
  newest: number | null;
  /** Whether every row is known to stand for one request: no weight in the file is anything but 1. */
  unweighted?: boolean;
  /** How many rows have no value, of the columns of `COUNTED` that it is known of. */
  nulls?: Readonly<Record<string, number>>;
}

/** Columns that rows are counted by without looking at them: whose requests they are. */
const COUNTED = ['customer', 'account', 'session'];

/** Reads `add.stats`, whoever wrote it. */
export function readBounds(stats: string | undefined): FileBounds {
  const parsed = parseStats(stats);
  const nulls = COUNTED.flatMap((name): Array<[string, number]> => {
    const count = parsed.nullCount?.[name];
    return typeof count === 'number' ? [[name, count]] : [];
  });
  return {
    rows: typeof parsed.numRecords === 'number' ? parsed.numRecords : null,
    oldest: parseTime(parsed.minValues?.time),
    newest: parseTime(parsed.maxValues?.time),
    ...(isUnweighted(parsed) ? { unweighted: true } : {}),
    ...(nulls.length > 0 ? { nulls: Object.fromEntries(nulls) } : {}),
  };
}

function isUnweighted({ numRecords, nullCount, minValues, maxValues }: Partial<FileStats>): boolean {
  const withoutWeight = typeof numRecords === 'number' && nullCount?.weight === numRecords;
  return withoutWeight || (minValues?.weight === 1 && maxValues?.weight === 1);
}

/** Reads `add.stats`, whoever wrote it. Statistics are optional: what cannot be read is as good as absent. */
export function parseStats(stats: string | undefined): Partial<FileStats> {
  try {
    return (JSON.parse(stats ?? '{}') as Partial<FileStats> | null) ?? {};
  } catch {
    return {};
  }
}

function parseTime(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
