import type { Presence } from '../hot/parquet/bits';
import { Bytes } from '../hot/parquet/bytes';
import type { Chunk } from '../hot/parquet/column';
import type { ChunkStatistics } from '../hot/parquet/format';

/** A chunk of sorted rows, and what is known of its values. */
export interface SortedChunk extends Chunk {
  statistics?: ChunkStatistics;
  /** Least and greatest value as text, as the engine writes them: times in UTC with microseconds. */
  bounds?: { min: string; max: string };
  /** Whether nearly every row has another value, of characters that repeat themselves. */
  distinct?: boolean;
}

/** A column of hot files, of which rows can be written in any order. */
export interface GatheredColumn {
  /**
   * Chunks of the rows with these numbers, in their order. Of a column of maps it gives two, of others one. They are valid
   * until the next is asked for.
   */
  chunks(order: Uint32Array): Iterable<SortedChunk>;
}

/** Memory for the pages of one chunk, used for one after the other. */
export class PageRoom {
  readonly data = new Bytes(1 << 16);
  readonly dictionary = new Bytes(1 << 12);
  readonly extra = new Bytes(1 << 12);

  /** The data page, empty but for which rows have a value; undefined is all. */
  begin(present: Presence | undefined, rows: number): Bytes {
    const { data, extra } = this;
    data.length = extra.length = 0;
    if (present) {
      present.write(extra, rows);
    } else {
      extra.varint(rows * 2);
      extra.uint8(1);
    }
    data.uint32(extra.length);
    data.bytes(extra.view());
    return data;
  }
}
