import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import type { Sql } from '../engine/sql';
import { DeltaTable } from '../lake/delta-table';
import { presentRows } from './relation';
import { ANNOTATIONS_TABLE } from './table';

/** Reads what was posted to a lake. Reading never makes the table; it is there from the first post on. */
export class AnnotationReader {
  private table: DeltaTable | undefined;

  constructor(
    private readonly lake: string,
    private readonly engine: DuckDb
  ) {}

  /** The annotations that are there now, as a parenthesised relation; undefined when none was ever posted. */
  async present(): Promise<Sql | undefined> {
    this.table ??= await this.open();
    return this.table && presentRows(this.table.path, await this.table.snapshot());
  }

  private async open(): Promise<DeltaTable | undefined> {
    try {
      return await DeltaTable.open(ANNOTATIONS_TABLE, this.lake, { engine: this.engine });
    } catch (error) {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
        return undefined;
      }
      throw error;
    }
  }
}
