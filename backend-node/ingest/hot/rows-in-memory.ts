import { ColumnarRows, type ColumnarRow } from '../../lake/hot/columnar-rows';
import type { RequestRecord } from '../normalise';
import { RouteRows, type RecordRows, type RowDefaults, type ShortRows } from '../record-lines';
import type { DeadLetter } from '../rejects';
import type { RouteRow } from '../routes';
import { Breath } from '../rows/breathe';
import type { RowPreparation } from '../rows/row-preparation';

const ROWS_PER_LOOK = 512;
const ROWS_PER_LESSON = 4096;

/** Rows in tables, with what their routes depend on. */
interface Chunk {
  rows: RecordRows;
  routeRows: RouteRows;
  defaults: RowDefaults;
  receivedAt: number;
}

/** What came with consecutive batches and is in no hot file yet: prepared rows without routes, and dead letters. */
export class RowsInMemory {
  readonly letters: DeadLetter[] = [];
  /** Bodies that nothing but these rows refers to. */
  readonly bodies: Buffer[] = [];
  /** What it counts in the memory budget. */
  weight = 0;
  /** What it takes in memory. */
  bytes = 0;
  to: number;
  /** When its batches were on the disk, on the clock of `performance.now`, and the rows of each. */
  readonly batches: Array<{ durableAt: number; rows: number }> = [];
  private readonly records: RequestRecord[] = [];
  private readonly routeRows: RouteRow[] = [];
  private readonly chunks: Chunk[] = [];
  private chunkRows = 0;

  constructor(readonly from: number) {
    this.to = from;
  }

  get rows(): number {
    return this.records.length + this.chunkRows;
  }

  add(record: RequestRecord, row: RouteRow): void {
    this.records.push(record);
    this.routeRows.push(row);
  }

  /** Adds rows that were read the short way; `receivedAt` is when they came in, microseconds since the epoch. */
  addChunks({ chunks, count, defaults }: ShortRows, receivedAt: number): void {
    for (const rows of chunks) {
      this.chunks.push({ rows, routeRows: new RouteRows(rows, defaults.service ?? null), defaults, receivedAt });
    }
    this.chunkRows += count;
  }

  /** Teaches the routes what these rows show. */
  async learn(preparation: RowPreparation): Promise<void> {
    const breath = new Breath();
    for (const { routeRows: rows } of this.chunks) {
      preparation.learnRows(rows);
      if (breath.due) {
        await breath.take();
      }
    }
    for (let at = 0; at < this.routeRows.length; at += ROWS_PER_LESSON) {
      preparation.learn(this.routeRows.slice(at, at + ROWS_PER_LESSON));
      if (breath.due) {
        await breath.take();
      }
    }
  }

  /** The rows with their routes, as columns. Rows that were read the short way are there no more. */
  async columns(preparation: RowPreparation): Promise<ColumnarRows> {
    const breath = new Breath();
    const columns = new ColumnarRows();
    for (const { rows, routeRows: routed, defaults, receivedAt } of this.chunks) {
      preparation.append(rows, routed, columns, { defaults, ingestedAtUs: receivedAt });
      rows.release();
      if (breath.due) {
        await breath.take();
      }
    }
    for (let index = 0; index < this.records.length; index++) {
      const record = this.records[index]!;
      const { route, route_source } = preparation.route(this.routeRows[index]!);
      record.route = route ?? undefined;
      record.route_source = route_source ?? undefined;
      columns.push(record as unknown as ColumnarRow);
      if (index % ROWS_PER_LOOK === 0 && breath.due) {
        await breath.take();
      }
    }
    return columns;
  }
}
