import type { Engine } from '../../engine/engine';
import { identifier, join, param, raw, sql, type Sql } from '../../engine/sql';
import { escapeGlob, listOfLiterals } from '../sql-literals';
import { folderColumns, type ListedFile } from './files';
import type { ColumnTypes } from './mapping';

/** What the footer of a file says. */
export interface FileFooter {
  /** Physical schema and names of folders' columns: files with the same can be read together. */
  shape: string;
  rows: number;
  /** Bounds of the column of times in each row group, as text; null where they are not known. */
  bounds: Array<{ min: string | null; max: string | null }>;
}

/** Files whose footers are read by one statement. */
const BATCH = 500;

/** Reads the footers of files, by path. */
export async function readFooters(
  engine: Engine,
  files: readonly ListedFile[],
  timeColumn: string
): Promise<Map<string, FileFooter>> {
  const footers = new Map<string, FileFooter>();
  for (let start = 0; start < files.length; start += BATCH) {
    const batch = listOfLiterals(files.slice(start, start + BATCH).map(({ path }) => escapeGlob(path)));
    const table = await engine.run(
      sql`SELECT s.file_name, s.shape, CAST(f.num_rows AS DOUBLE), t.mins, t.maxs FROM
        (SELECT file_name, string_agg(concat_ws(' ', to_json(name), type, converted_type, logical_type, num_children), '\n' ORDER BY column_id) AS shape
          FROM parquet_schema(${batch}) GROUP BY file_name) s
        JOIN (SELECT file_name, num_rows FROM parquet_file_metadata(${batch})) f USING (file_name)
        LEFT JOIN (SELECT file_name, list(stats_min_value ORDER BY row_group_id) AS mins, list(stats_max_value ORDER BY row_group_id) AS maxs
          FROM parquet_metadata(${batch}) WHERE path_in_schema = ${param('varchar', timeColumn)} GROUP BY file_name) t USING (file_name)`
    );
    const [paths = [], shapes = [], rows = [], mins = [], maxs = []] = table.values;
    paths.forEach((path, row) => {
      const lower = (mins[row] ?? []) as Array<string | null>;
      const upper = (maxs[row] ?? []) as Array<string | null>;
      footers.set(path as string, {
        shape: JSON.stringify([shapes[row], folderColumns(path as string)]),
        rows: rows[row] as number,
        bounds: lower.map((min, group) => ({ min, max: upper[group] ?? null })),
      });
    });
  }
  return footers;
}

/** Columns of files of one shape, those of their folders included when one of `wanted` is among them. */
export async function readColumns(engine: Engine, path: string, wanted: readonly string[]) {
  const own = await describe(engine, path, false);
  const folders = folderColumns(path);
  const withFolders = wanted.some((name) => !own.has(name) && folders.includes(name));
  return { types: withFolders ? await describe(engine, path, true) : own, withFolders };
}

/** Files of one shape as a relation with their own columns. */
export function theirRows(paths: readonly string[], withFolders: boolean): Sql {
  const folders = raw(String(withFolders));
  return sql`read_parquet(${listOfLiterals(paths.map(escapeGlob))}, hive_partitioning = ${folders}, hive_types_autocast = false, binary_as_string = true)`;
}

async function describe(engine: Engine, path: string, withFolders: boolean): Promise<ColumnTypes> {
  const columns = join(['column_name', 'column_type'].map(identifier));
  const table = await engine.run(
    sql`SELECT ${columns} FROM (DESCRIBE SELECT * FROM ${theirRows([path], withFolders)})`
  );
  const [names = [], types = []] = table.values as [string[], string[]];
  return new Map(names.map((name, index) => [name, types[index] ?? '']));
}
