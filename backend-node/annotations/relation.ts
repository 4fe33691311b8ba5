import { identifier, join, labelled, param, sql, type Sql } from '../engine/sql';
import { dataFilePath } from '../lake/layout';
import { parquetRelation } from '../lake/parquet-relation';
import type { TableState } from '../lake/table-state';
import { ANNOTATIONS_TABLE } from './table';

/** Every row of the table, as a parenthesised relation. */
export function allRows(path: string, { files }: TableState): Sql {
  const live = [...files.values()];
  return parquetRelation(
    live.map(({ add }) => dataFilePath(path, add.path)),
    live.reduce((sum, { rows }) => sum + (rows ?? 0), 0) || undefined,
    ANNOTATIONS_TABLE
  );
}

/** The newest row of every id, deleted ones among them, as a parenthesised relation. */
export function newestRows(path: string, state: TableState): Sql {
  return sql`(${ranked(allRows(path, state))} WHERE recency = 1)`;
}

/** A SELECT of the rows that count, and of those recorded since a time in microseconds since the epoch. */
export function needed(rows: Sql, since: number): Sql {
  return sql`${ranked(rows)} WHERE recency = 1 OR recorded_at >= ${param('timestamptz_us', since)}`;
}

/** Rows with their `recency`: 1 is the newest of its id. */
function ranked(rows: Sql): Sql {
  const columns = join(ANNOTATIONS_TABLE.columns.map(({ name }) => identifier(name)));
  return sql`SELECT ${columns} FROM (
  SELECT *, row_number() OVER (PARTITION BY id ORDER BY recorded_at DESC, time, title) AS recency FROM ${rows} AS every
) AS ranked`;
}

/** The annotations that are there, as a parenthesised relation. */
export function presentRows(path: string, state: TableState): Sql {
  return labelled(
    sql`(SELECT * FROM ${newestRows(path, state)} AS newest WHERE deleted_at IS NULL)`,
    `annotations /* ${state.files.size} ${state.files.size === 1 ? 'file' : 'files'} */`
  );
}
