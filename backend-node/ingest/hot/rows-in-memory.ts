import { ColumnarRows, type ColumnarRow } from '../../lake/hot/columnar-rows';
import type { RequestRecord } from '../normalise';
import type { DeadLetter } from '../rejects';
import type { RouteRow } from '../routes';
import { Breath } from '../rows/breathe';
import type { RowPreparation } from '../rows/row-preparation';

const ROWS_PER_LOOK = 512;
const ROWS_PER_LESSON = 4096;

/** What came with consecutive batches and is in no hot file yet: prepared rows without routes, and dead letters. */
export class RowsInMemory {
  readonly letters: DeadLetter[] = [];
  /** What it counts in the memory budget. */
  weight = 0;
  to: number;
  /** When its batches were on the disk, on the clock of `performance.now`, and the rows of each. */
  readonly batches: Array<{ durableAt: number; rows: number }> = [];
  private readonly records: RequestRecord[] = [];
  private readonly routeRows: RouteRow[] = [];

  constructor(readonly from: number) {
    this.to = from;
  }

  get rows(): number {
    return this.records.length;
  }

  add(record: RequestRecord, row: RouteRow): void {
    this.records.push(record);
    this.routeRows.push(row);
  }

  /** Teaches the routes what these rows show. */
  async learn(preparation: RowPreparation): Promise<void> {
    const breath = new Breath();
    for (let at = 0; at < this.routeRows.length; at += ROWS_PER_LESSON) {
      preparation.learn(this.routeRows.slice(at, at + ROWS_PER_LESSON));
      if (breath.due) {
        await breath.take();
      }
    }
  }

  /** The rows with their routes, as columns. */
  async columns(preparation: RowPreparation): Promise<ColumnarRows> {
    const breath = new Breath();
    const columns = new ColumnarRows();
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
