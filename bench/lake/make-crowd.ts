import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { literal, raw, sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import type { LakeRequest } from './make-lake';
import { requestsSql } from './requests-sql';

/** Rows of a commit. */
const BATCH = 2_000_000;

/** Columns whose every value is another, which no funnel reads: they are most of what rows take and cost to make. */
const LEFT_OUT = ['trace_id', 'span_id', 'attributes', 'path', 'client_ip', 'user_agent'];

/**
 * Makes a lake of journeys in which every visit is of another customer, or reuses the one that is there. Rows go from DuckDB's
 * Parquet into the table, which for a hundred million of them takes minutes. Gives its folder.
 */
export async function makeCrowd({ rows, directory, say }: Omit<LakeRequest, 'traffic'>): Promise<string> {
  const lakeDirectory = join(directory, `crowd-${rows}`);
  const work = join(directory, `work-crowd-${rows}`);
  const generator = createHash('sha256')
    .update(`${BATCH}\n${LEFT_OUT.join()}\n${requestsSql(0, rows, rows, 'crowd')}`)
    .digest('hex');
  const noted = `${lakeDirectory}.generator`;
  if ((await readFile(noted, 'utf8').catch(() => '')).trim() !== generator) {
    await rm(lakeDirectory, { recursive: true, force: true });
    await writeFile(noted, `${generator}\n`);
  }
  await mkdir(work, { recursive: true });
  const engine = await openDuckDb({ tempDirectory: join(work, 'spill'), memoryLimit: '4GB' });
  try {
    const lake = await Lake.open(lakeDirectory, { engine, create: true });
    const appId = `bench-crowd-${rows}`;
    const parquet = join(work, 'rows.parquet');
    const batches = Math.ceil(rows / BATCH);
    for (let batch = (await lake.transactionVersion(appId)) ?? 0; batch < batches; batch++) {
      const [first, last] = [batch * BATCH, Math.min(rows, (batch + 1) * BATCH)];
      say(`Making the lake of ${rows} rows (crowd): ${last} of ${rows}`);
      const typed = `SELECT * EXCLUDE (${LEFT_OUT.join(', ')}) REPLACE (make_timestamptz(time) AS time, make_timestamptz(ingested_at) AS ingested_at,
  CAST(status AS INTEGER) AS status, CAST(request_bytes AS BIGINT) AS request_bytes) FROM (${requestsSql(first, last, rows, 'crowd')})`;
      await engine.run(sql`COPY (${raw(typed)}) TO ${literal(parquet)} (FORMAT parquet)`);
      const { size } = await stat(parquet);
      await lake.append(
        { parquet: [{ path: parquet, rows: last - first, bytes: size }] },
        { txn: { appId, version: batch + 1 } }
      );
    }
    return lakeDirectory;
  } finally {
    await engine.close();
    await rm(work, { recursive: true, force: true });
  }
}
