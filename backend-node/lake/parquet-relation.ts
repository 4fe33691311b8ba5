import { PARTITION_COLUMN } from '@apitrail/contract';

import { GAP, identifier, join, labelled, literal, raw, sql, tailored, type Sql } from '../engine/sql';
import { duckDbType } from './schema';
import { escapeGlob, listOfLiterals } from './sql-literals';
import { REQUESTS_TABLE, type TableDefinition } from './table-definition';

/** A column as a relation has it. `type` is DuckDB's name. */
export interface TypedColumn {
  name: string;
  type: string;
}

/** The columns of the files of a table. */
export function fileColumns({ columns }: TableDefinition): TypedColumn[] {
  return columns.map(({ name, type }) => ({ name, type: duckDbType(type) }));
}

/** The date of the partition, computed from the time: it is not in the data files. Costs nothing unless it is used. */
export const DATE_OF_TIME = sql`(DATE '1970-01-01' + CAST(floor(epoch_us("time") / 86400000000) AS INTEGER)) AS ${identifier(PARTITION_COLUMN.name)}`;

/** What is assumed of files whose rows nobody has counted. */
const MANY_ROWS = 1_000_000;

/**
 * A `read_parquet` over files with just these columns, and nothing of the names of the files' folders: a
 * column that a file lacks is null, one that is not asked for is not read. `about`, roughly how many rows they hold, is
 * for the planner: with `schema` it takes them for empty, and builds hash tables of the wrong side of joins.
 */
export function parquetFiles(columns: readonly TypedColumn[], paths: readonly string[], about = MANY_ROWS): Sql {
  const schema = join(
    columns.map(
      ({ name, type }) =>
        sql`${literal(name)}: {'name': ${literal(name)}, 'type': ${literal(type)}, 'default_value': NULL}`
    )
  );
  const files = listOfLiterals(paths.map(escapeGlob));
  return sql`read_parquet(${files}, schema = MAP {${schema}}, hive_partitioning = false, explicit_cardinality = ${raw(String(about))})`;
}

/**
 * A parenthesised relation with a table's columns, and `date`, over files of it. `about` is roughly how many rows they
 * hold. In a statement it has only the columns that the statement names: each one costs time to plan, even when it is
 * not read.
 */
export function parquetRelation(paths: readonly string[], about = MANY_ROWS, table = REQUESTS_TABLE): Sql {
  if (paths.length === 0) {
    return emptyRelation(table);
  }
  const all = fileColumns(table);
  const relation = (statement: string) => {
    const { columns, date } = columnsNamed(all, statement);
    const listed = join([...columns.map(({ name }) => identifier(name)), ...(date ? [DATE_OF_TIME] : [])]);
    return sql`(SELECT ${listed} FROM ${parquetFiles(columns, paths, about)})`;
  };
  return tailored(relation, `${table.name} /* ${paths.length} ${paths.length === 1 ? 'file' : 'files'} */`);
}

/** `*` of the relation itself: every column of it is meant. */
const EVERY_COLUMN = new RegExp(`\\*\\s+FROM\\s+${GAP}`, 'i');

/** The columns whose names are words of a statement, and whether the date is; `time` is always among them. */
function columnsNamed(all: readonly TypedColumn[], statement: string): { columns: TypedColumn[]; date: boolean } {
  const words = EVERY_COLUMN.test(statement) ? undefined : new Set(statement.toLowerCase().match(/\w+/g));
  return {
    columns: all.filter(({ name }) => !words || name === 'time' || words.has(name.toLowerCase())),
    date: !words || words.has(PARTITION_COLUMN.name),
  };
}

/** A parenthesised relation with a table's columns, and `date`, and no rows. */
export function emptyRelation(table = REQUESTS_TABLE): Sql {
  const columns = [...table.columns, PARTITION_COLUMN].map(
    ({ name, type }) => sql`CAST(NULL AS ${raw(duckDbType(type))}) AS ${identifier(name)}`
  );
  return labelled(sql`(SELECT ${join(columns)} WHERE false)`, `${table.name} /* no files */`);
}
