import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { literal, raw, sql } from '../../backend-node/engine/sql';
import { Lake } from '../../backend-node/lake/lake';
import { requestsSql, type Traffic } from './requests-sql';

/** Rows of a commit: as many as an import takes. */
const BATCH = 250_000;

export interface LakeRequest {
  rows: number;
  /** By default `requests`. */
  traffic?: Traffic;
  /** Folder under which lakes are kept. */
  directory: string;
  /** Told of every step. */
  say: (text: string) => void;
}

/**
 * Makes a lake of that many requests, or completes or reuses the one that is there: a batch is in it once, whatever
 * happened to a run before. One that another generator made is made anew. Gives its folder.
 */
export async function makeLake({ rows, traffic = 'requests', directory, say }: LakeRequest): Promise<string> {
  const name = traffic === 'requests' ? `lake-${rows}` : `${traffic}-${rows}`;
  const lakeDirectory = join(directory, name);
  const work = join(directory, `work-${name}`);
  await mkdir(work, { recursive: true });
  await removeOutdated(lakeDirectory, generatorOf(rows, traffic), say);
  const engine = await openDuckDb({ tempDirectory: join(work, 'spill') });
  try {
    const lake = await Lake.open(lakeDirectory, { engine, create: true });
    const appId = `bench-${rows}`;
    const batches = Math.ceil(rows / BATCH);
    const done = (await lake.transactionVersion(appId)) ?? 0;
    const ndjson = join(work, 'rows.ndjson');
    for (let batch = done; batch < batches; batch++) {
      const [first, last] = [batch * BATCH, Math.min(rows, (batch + 1) * BATCH)];
      say(`Making the lake of ${rows} rows (${traffic}): ${last} of ${rows}`);
      await writeFile(ndjson, '');
      await engine.run(sql`COPY (${raw(requestsSql(first, last, rows, traffic))}) TO ${literal(ndjson)} (FORMAT json)`);
      await lake.append({ ndjson: [ndjson] }, { txn: { appId, version: batch + 1 } });
    }
    return lakeDirectory;
  } finally {
    await engine.close();
    await rm(work, { recursive: true, force: true });
  }
}

/** What the rows of a lake follow from, as a hash. */
function generatorOf(rows: number, traffic: Traffic): string {
  return createHash('sha256')
    .update(`${BATCH}\n${requestsSql(0, rows, rows, traffic)}`)
    .digest('hex');
}

async function removeOutdated(lakeDirectory: string, generator: string, say: LakeRequest['say']): Promise<void> {
  const noted = `${lakeDirectory}.generator`;
  const before = await readFile(noted, 'utf8').catch(() => undefined);
  if (before?.trim() === generator) {
    return;
  }
  if (before !== undefined || (await stat(lakeDirectory).catch(() => undefined))) {
    say(`${lakeDirectory} was made by another generator: it is made anew`);
    await rm(lakeDirectory, { recursive: true, force: true });
  }
  await writeFile(noted, `${generator}\n`);
}
