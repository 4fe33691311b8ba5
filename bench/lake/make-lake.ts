import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { literal, raw, sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { requestsSql } from './requests-sql';

/** Rows of a commit: as many as an import takes. */
const BATCH = 250_000;

export interface LakeRequest {
  rows: number;
  /** Folder under which lakes are kept. */
  directory: string;
  /** Told of every step. */
  say: (text: string) => void;
}

/**
 * Makes a lake of that many requests, or completes or reuses the one that is there: a batch is in it once, whatever
 * happened to a run before. Gives its folder.
 */
export async function makeLake({ rows, directory, say }: LakeRequest): Promise<string> {
  const lakeDirectory = join(directory, `lake-${rows}`);
  const work = join(directory, `work-${rows}`);
  await mkdir(work, { recursive: true });
  const engine = await openDuckDb({ tempDirectory: join(work, 'spill') });
  try {
    const lake = await Lake.open(lakeDirectory, { engine, create: true });
    const appId = `bench-${rows}`;
    const batches = Math.ceil(rows / BATCH);
    const done = (await lake.transactionVersion(appId)) ?? 0;
    const ndjson = join(work, 'rows.ndjson');
    for (let batch = done; batch < batches; batch++) {
      const [first, last] = [batch * BATCH, Math.min(rows, (batch + 1) * BATCH)];
      say(`Making the lake of ${rows} rows: ${last} of ${rows}`);
      await writeFile(ndjson, '');
      await engine.run(sql`COPY (${raw(requestsSql(first, last, rows))}) TO ${literal(ndjson)} (FORMAT json)`);
      await lake.append({ ndjson: [ndjson] }, { txn: { appId, version: batch + 1 } });
    }
    return lakeDirectory;
  } finally {
    await engine.close();
    await rm(work, { recursive: true, force: true });
  }
}
