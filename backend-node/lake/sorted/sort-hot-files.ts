import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ApitrailError, PARTITION_COLUMN, type RecordColumn } from '@apitrail/contract';

import type { WrittenFile } from '../data-files';
import { makeDirectory, removeIfThere, sealFile } from '../durable';
import { tagsOf } from '../file-tags';
import { DISTINCT } from '../hot/columnar-rows';
import { PhysicalType, schemaOf } from '../hot/parquet/format';
import { physicalTypeOf } from '../hot/parquet/number-column';
import type { ThriftValue } from '../hot/parquet/thrift';
import { encodePath, partitionDirectory } from '../layout';
import { deltaStats, type CopyStats } from '../stats';
import type { TableDefinition } from '../table-definition';
import { leasedName } from '../write-lease';
import { COMPRESSION } from './compression';
import { HotInput } from './hot-input';
import { MapGathered } from './map-gathered';
import { NumberGathered } from './number-gathered';
import { sortedOrder } from './order';
import { PageRoom, type GatheredColumn, type SortedChunk } from './sorted-chunk';
import { TextGathered } from './text-gathered';
import type { Scratch } from './scratch';
import { nullChunk, writeSortedFile } from './write-sorted-file';

const DAY_US = 86_400_000_000;
/** Entries of maps that are sorted together, of some 40 bytes each: 60,000 rows with 33 attributes. */
const MOST_VALUES = 2_000_000;

/** More files than this share the columns as they were read; for fewer each column has its memory only while it is written. */
const MANY_PARTS = 8;

const NO_PAUSE = (): Promise<void> => Promise.resolve();

export interface SortOptions {
  /** The lease that files are written under, as `withWriteLease` gives it. */
  lease: string;
  /** Memory to be used; one sorting at a time may use it. */
  scratch: Scratch;
  signal?: AbortSignal | undefined;
  /** Sorts also what the engine sorts without holding others up: very many different texts. */
  manyTexts?: boolean | undefined;
  /** Awaited between pieces of work of some milliseconds. */
  pause?: (() => Promise<void>) | undefined;
}

/** Rows that become one file. */
interface Part {
  /** `YYYY-MM-DD`; null where the table is not partitioned. */
  date: string | null;
  /** Numbers of the rows, in the order of the table. */
  order: Uint32Array;
}

/**
 * Writes the rows of hot files, sorted, to data files of a table, one for each day, without the engine: in half of its CPU
 * time and none of its memory. Undefined, with nothing written, for files and tables that only the engine can sort. Throws
 * APITRAIL_LAKE_UNREADABLE when a file is not what was written, and APITRAIL_OUT_OF_MEMORY when several files hold too much
 * to be sorted together; when it fails, no file is left.
 */
export async function sortHotFiles(
  { definition, path: table }: { definition: TableDefinition; path: string },
  files: ReadonlyArray<{ path: string; rows: number }>,
  options: SortOptions
): Promise<WrittenFile[] | undefined> {
  const { scratch, signal, manyTexts, pause = NO_PAUSE } = options;
  if (!isPlain(definition)) {
    return undefined;
  }
  const written: WrittenFile[] = [];
  try {
    const input = await HotInput.read(files, scratch);
    if (input && files.length > 1 && input.mostValues > MOST_VALUES) {
      throw new ApitrailError('APITRAIL_OUT_OF_MEMORY', 'The files have too many attributes to be sorted together.');
    }
    await pause();
    const parts = input && (await partsOf(input, definition, { pause, manyTexts }));
    if (!input || !parts) {
      return undefined;
    }
    const shared = parts.length > MANY_PARTS ? await gatherAll(input, definition, pause) : undefined;
    for (const part of parts) {
      signal?.throwIfAborted();
      written.push(await writePart(input, { definition, path: table, shared }, part, options));
    }
    return written;
  } catch (error) {
    await Promise.all(written.map(({ add }) => removeIfThere(join(table, decodeURIComponent(add.path)))));
    if (error instanceof RangeError) {
      // Their sums are right, so that they are what was written: the engine may know better what that is.
      return undefined;
    }
    throw error;
  }
}

/** Whether rows are sorted by texts and, last, by `time`, and no column has a type that hot files have not. */
function isPlain({ columns, sortBy }: TableDefinition): boolean {
  const typeOf = (name: string) => columns.find((column) => column.name === name)?.type;
  return (
    sortBy.at(-1) === 'time' &&
    sortBy.slice(0, -1).every((name) => typeOf(name) === 'string') &&
    columns.every(({ type }) => type !== 'date')
  );
}

/** The rows by the day of their times. Undefined where they lie too far apart, or differ too much, to be sorted here. */
async function partsOf(
  input: HotInput,
  { partitioned, sortBy }: TableDefinition,
  { pause, manyTexts }: { pause: () => Promise<void>; manyTexts: boolean | undefined }
): Promise<Part[] | undefined> {
  const room = new PageRoom();
  const times = new NumberGathered(input, 'time', 'timestamp', room, true, 'time');
  const texts = sortBy.slice(0, -1).map((name) => new TextGathered(input, name, room, { use: name }));
  const rows = input.scratch.numbers('rows by day', input.rows);
  await pause();
  const dayOf = (row: number): number => (partitioned ? Math.floor(times.value(row)! / DAY_US) : 0);
  const counts = new Map<number, number>();
  for (let row = 0; row < input.rows; row++) {
    const day = dayOf(row);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const days = [...counts].sort(([a], [b]) => a - b);
  const next = new Map<number, number>();
  let start = 0;
  for (const [day, count] of days) {
    next.set(day, start);
    start += count;
  }
  for (let row = 0; row < input.rows; row++) {
    const day = dayOf(row);
    const place = next.get(day)!;
    rows[place] = row;
    next.set(day, place + 1);
  }
  await pause();
  const parts: Part[] = [];
  for (const [day, count] of days) {
    const end = next.get(day)!;
    const isOneOfMany = days.length > MANY_PARTS;
    const of = { times, texts, scratch: input.scratch, manyTexts, isOneOfMany };
    const order = sortedOrder(rows.subarray(end - count, end), of);
    await pause();
    if (!order) {
      return undefined;
    }
    parts.push({ date: partitioned ? new Date(day * 86_400_000).toISOString().slice(0, 10) : null, order });
  }
  return parts;
}

/** Columns as they were read, by name, for all files. */
type SharedColumns = ReadonlyMap<string, GatheredColumn | undefined>;

/** Reads all columns once: reading each again for each file would take as often as there are days. */
async function gatherAll(
  input: HotInput,
  { columns, statistics }: TableDefinition,
  pause: () => Promise<void>
): Promise<SharedColumns> {
  const room = new PageRoom();
  const gathered = new Map<string, GatheredColumn | undefined>();
  for (const column of columns) {
    const bounded = statistics.includes(column.name);
    gathered.set(column.name, gather(input, { ...column, bounded }, room, ` of all ${column.name}`));
    await pause();
  }
  return gathered;
}

async function writePart(
  input: HotInput,
  { definition, path: table, shared }: { definition: TableDefinition; path: string; shared: SharedColumns | undefined },
  { date, order }: Part,
  { lease, pause = NO_PAUSE }: SortOptions
): Promise<WrittenFile> {
  const name = leasedName(lease, COMPRESSION.suffix);
  const relative = date === null ? name : `${partitionDirectory(date)}/${name}`;
  const path = join(table, relative);
  const rows = order.length;
  const copied: CopyStats = {};
  await makeDirectory(dirname(path));
  try {
    const { sha256, size } = await writeSortedFile(path, {
      ...{ rows, pause },
      schema: definition.columns.map(schemaOfColumn),
      chunks: chunksOf(input, { definition, shared }, order, (column, { statistics, bounds }) => {
        copied[`"${column}"`] = { null_count: String(statistics?.nulls ?? 0), ...bounds };
      }),
    });
    await sealFile(path);
    return {
      rows,
      add: {
        path: encodePath(relative),
        partitionValues: date === null ? {} : { [PARTITION_COLUMN.name]: date },
        size,
        modificationTime: Math.trunc((await stat(path)).mtimeMs),
        dataChange: true,
        stats: JSON.stringify(deltaStats(definition, rows, copied)),
        tags: tagsOf({ sha256, sortedBy: definition.sortBy }),
      },
    };
  } catch (error) {
    await removeIfThere(path);
    throw error;
  }
}

function* chunksOf(
  input: HotInput,
  { definition: { columns, statistics }, shared }: { definition: TableDefinition; shared: SharedColumns | undefined },
  order: Uint32Array,
  onChunk: (column: string, chunk: SortedChunk) => void
): Iterable<SortedChunk> {
  const room = new PageRoom();
  for (const column of columns) {
    const bounded = statistics.includes(column.name);
    const gathered = shared ? shared.get(column.name) : gather(input, { ...column, bounded }, room);
    for (const chunk of gathered?.chunks(order) ?? nullChunks(column, order.length)) {
      onChunk(column.name, chunk);
      yield chunk;
    }
  }
}

/** The values of a column; undefined where no file has it. */
function gather(
  input: HotInput,
  { name, type, bounded }: RecordColumn & { bounded: boolean },
  room: PageRoom,
  use = ''
): GatheredColumn | undefined {
  if (!input.has(type === 'map<string,string>' ? `${name}.key_value.key` : name)) {
    return undefined;
  }
  switch (type) {
    case 'string':
      return new TextGathered(input, name, room, { bounded, distinct: DISTINCT.has(name), use });
    case 'map<string,string>':
      return new MapGathered(input, name, room, use);
    default:
      return new NumberGathered(input, name, type as Exclude<typeof type, 'date'>, room, name === 'time', use);
  }
}

/** What is written for a column that no file has. */
function nullChunks({ name, type }: RecordColumn, rows: number): SortedChunk[] {
  switch (type) {
    case 'string':
      return [nullChunk([name], PhysicalType.BYTE_ARRAY, rows)];
    case 'map<string,string>':
      return ['key', 'value'].map((leaf) => nullChunk([name, 'key_value', leaf], PhysicalType.BYTE_ARRAY, rows, 2));
    default:
      return [nullChunk([name], physicalTypeOf(type as Exclude<typeof type, 'date'>), rows)];
  }
}

function schemaOfColumn({ name, type }: RecordColumn): ThriftValue[] {
  switch (type) {
    case 'string':
      return schemaOf.text(name);
    case 'map<string,string>':
      return schemaOf.map(name);
    case 'timestamp':
      return schemaOf.timestamp(name);
    default:
      return schemaOf.number(name, physicalTypeOf(type as Exclude<typeof type, 'date'>));
  }
}
