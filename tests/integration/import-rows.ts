import { join } from 'node:path';

import type { DuckDb } from '../../backend-node/engine/duckdb';
import { raw, sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';

/** Runs SQL over a table `rows` of all that is in some lakes; `{0}`, `{1}` … in the text stand for their tables. */
export async function queryLakes(engine: DuckDb, lakes: string[], text: string): Promise<unknown[][]> {
  const tables = await Promise.all(
    lakes.map(async (directory) => {
      const lake = await Lake.open(directory, { engine });
      const files = [...(await lake.snapshot()).files.keys()].map((path) => join(lake.table, decodeURIComponent(path)));
      return files.length === 0
        ? '(SELECT NULL WHERE false)'
        : `read_parquet([${files.map((file) => `'${file}'`).join(', ')}], hive_partitioning = false)`;
    })
  );
  const statement = text.replace(/\{(\d)\}/g, (_, index: string) => tables[Number(index)]!);
  const { values, rowCount } = await engine.run(sql`${raw(statement)}`);
  return Array.from({ length: rowCount }, (_, row) => values.map((column) => column[row]));
}

/** How many rows of one lake the other does not have, `ingested_at` left out; each as often as it is there. */
export async function differences(engine: DuckDb, one: string, other: string): Promise<number[]> {
  const without = (a: number, b: number): string =>
    `(SELECT CAST(count(*) AS DOUBLE) FROM (SELECT * EXCLUDE (ingested_at) FROM {${a}} EXCEPT ALL SELECT * EXCLUDE (ingested_at) FROM {${b}}))`;
  return (await queryLakes(engine, [one, other], `SELECT ${without(0, 1)}, ${without(1, 0)}`))[0] as number[];
}
