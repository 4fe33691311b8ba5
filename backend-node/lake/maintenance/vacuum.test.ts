import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../engine/duckdb';
import { sql } from '../../engine/sql';
import { Lake } from '../lake';
import { LakeDataset } from '../lake-dataset';
import { entryName } from '../layout';
import { ownIdentity } from '../process-identity';
import { select, eachWithLake, type TemporaryFolder } from '../testing/temporary-lake';
import { leasedName, leaseOfName, withWriteLease } from '../write-lease';
import { compactTable } from './compact';
import { vacuumTable } from './vacuum';

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const OLD = new Date(Date.now() - 10 * 86_400_000);
const HOUR = 3_600_000;

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;
let day: string;

eachWithLake((made) => ({ engine, folder, lake } = made));
beforeEach(async () => {
  day = join(lake.table, 'date=2026-11-01');
  for (let index = 0; index < 3; index++) {
    await lake.append({ rows: [{ time: NOV_1 + index }] });
  }
});

const count = async () => (await select(engine, new LakeDataset(lake), 'count(*)::INTEGER AS n'))[0]?.n;
const orphan = async (name: string, modified = OLD) => {
  await writeFile(join(day, name), 'half');
  await utimes(join(day, name), modified, modified);
};

test('deletes replaced files after their retention, and readers of an older version go on until then', async () => {
  const { sql: before } = (await new LakeDataset(lake).snapshot()).relation({});
  await compactTable(lake.requests);
  expect(await vacuumTable(lake.requests)).toMatchObject({
    retention_hours: 168,
    expired: { files: 0 },
    kept: { files: 3 },
  });
  expect((await engine.run(sql`SELECT count(*) FROM ${before}`)).values).toEqual([[3]]);
  expect(await vacuumTable(lake.requests, { retentionMs: 0, force: true })).toMatchObject({
    expired: { files: 3 },
    orphans: { files: 0 },
    kept: { files: 0 },
  });
  expect(await readdir(day)).toHaveLength(1);
  expect(await count()).toBe(3);
});

test('a retention is counted from when a file was removed, not from when it was written', async () => {
  for (const name of await readdir(day)) {
    await utimes(join(day, name), OLD, OLD);
  }
  await compactTable(lake.requests);
  expect(await vacuumTable(lake.requests, { retentionMs: 24 * HOUR })).toMatchObject({ expired: { files: 0 } });
  expect(await readdir(day)).toHaveLength(4);
});

test('a retention that endangers readers must be forced, one that is not remembered is refused', async () => {
  await expect(vacuumTable(lake.requests, { retentionMs: 24 * HOUR - 1 })).rejects.toMatchObject({
    code: 'APITRAIL_USAGE',
    message: expect.stringContaining('--force'),
  });
  await expect(vacuumTable(lake.requests, { retentionMs: 169 * HOUR, force: true })).rejects.toMatchObject({
    code: 'APITRAIL_USAGE',
    message: expect.stringContaining('delta.deletedFileRetentionDuration'),
  });
});

test('a dry run deletes nothing', async () => {
  await compactTable(lake.requests);
  await orphan(leasedName(await killedWriter()));
  const names = await readdir(day);
  expect(await vacuumTable(lake.requests, { retentionMs: 0, force: true, dryRun: true })).toMatchObject({
    expired: { files: 3 },
    orphans: { files: 1, bytes: 4 },
  });
  expect(await readdir(day)).toEqual(names);
});

test('orphans go after a day; younger ones, other files and live ones stay', async () => {
  const id = await killedWriter();
  const [old, young] = [leasedName(id), leasedName(id)];
  await orphan(old);
  await orphan(young);
  await orphan('notes.txt');
  await orphan('.hidden.parquet');
  for (const name of await readdir(day)) {
    const modified = name === young ? new Date(Date.now() - 23 * HOUR) : OLD;
    await utimes(join(day, name), modified, modified);
  }
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 1 }, kept: { files: 1 } });
  expect(
    (await readdir(day)).filter((name) => /notes|hidden/.test(name) || [old, young].includes(name)).sort()
  ).toEqual(['.hidden.parquet', 'notes.txt', young].sort());
  expect(await count()).toBe(3);
});

/** Leaves the lease of a process that is dead, and gives its id. */
async function killedWriter(table = 'requests'): Promise<string> {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const id = randomUUID();
  const owner = JSON.stringify({ ...(await ownIdentity()), pid, table });
  await writeFile(join(folder.path, '.apitrail', 'writers', `${pid}-${id}.json`), owner);
  return id;
}

test('a file that a writer which was not killed has left may be data: it goes only when that is asked for', async () => {
  await rm(join(lake.table, '_delta_log', entryName(3)));
  for (const name of await readdir(day)) {
    await utimes(join(day, name), OLD, OLD);
  }
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 0 }, unexplained: { files: 1 } });
  expect(await readdir(day)).toHaveLength(3);
  expect(await vacuumTable(lake.requests, { orphans: true })).toMatchObject({
    orphans: { files: 1 },
    unexplained: { files: 0 },
  });
  expect(await readdir(day)).toHaveLength(2);
});

test('nothing is an orphan while an import remembers commits that the log has not', async () => {
  const states = join(folder.path, '.apitrail', 'import');
  await mkdir(states, { recursive: true });
  await orphan(leasedName(await killedWriter()));
  await writeFile(join(states, 'state-2.json'), '{}');
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 0 }, unexplained: { files: 1 } });
  await rm(join(states, 'state-2.json'));
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 1 }, unexplained: { files: 0 } });
});

test('the lease of a killed writer stays as long as there is a file of it', async () => {
  const id = await killedWriter();
  await killedWriter('annotations');
  await orphan(leasedName(id), new Date());
  await vacuumTable(lake.requests);
  expect(await readdir(join(folder.path, '.apitrail', 'writers'))).toHaveLength(2);
  for (const name of await readdir(day)) {
    await utimes(join(day, name), OLD, OLD);
  }
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 1 } });
  expect(await readdir(join(folder.path, '.apitrail', 'writers'))).toHaveLength(1);
});

test('a replaced file that outlives its retention is not forgotten, however late vacuum comes', async () => {
  await compactTable(lake.requests);
  const entry = join(lake.table, '_delta_log', entryName(4));
  const old = (await readFile(entry, 'utf8')).replace(/"deletionTimestamp":\d+/g, `"deletionTimestamp":${+OLD}`);
  await writeFile(entry, old);
  await (await Lake.open(folder.path, { engine })).checkpoint();
  for (const version of [0, 1, 2, 3, 4]) {
    await rm(join(lake.table, '_delta_log', entryName(version)));
  }
  const late = await Lake.open(folder.path, { engine });
  expect(await vacuumTable(late.requests)).toMatchObject({ expired: { files: 3 }, unexplained: { files: 0 } });
  expect(await count()).toBe(3);
});

test('what a writer that lives has written is left, however old; that of a dead one goes with its lease', async () => {
  const writers = join(folder.path, '.apitrail', 'writers');
  const own = (await readdir(day)).map(leaseOfName);
  await withWriteLease({ lake: folder.path, table: 'requests' }, async (id) => {
    const [lease] = await readdir(writers);
    const began = new Date(OLD.getTime() - HOUR);
    await utimes(join(writers, lease!), began, began);
    await orphan(leasedName(id));
    expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 0 }, kept: { files: 1 } });
  });
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const [left = ''] = (await readdir(day)).map(leaseOfName).filter((id) => id && !own.includes(id));
  await writeFile(join(writers, `${pid}-${left}.json`), JSON.stringify({ ...(await ownIdentity()), pid }));
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 1 } });
  expect(await readdir(writers)).toEqual([]);
});

test('a file that is restored by another writer meanwhile is not deleted', async () => {
  await compactTable(lake.requests);
  const entry = await readFile(join(lake.table, '_delta_log', entryName(1)), 'utf8');
  const restored = entry.split('\n').find((line) => line.includes('"add"'));
  const other = await Lake.open(folder.path, { engine });
  await writeFile(join(lake.table, '_delta_log', entryName(5)), `${restored}\n`);
  await vacuumTable(other.requests, { retentionMs: 0, force: true });
  expect(await count()).toBe(4);
});

test('log entries past their retention go, and the newest version stays readable', async () => {
  await lake.checkpoint();
  const log = join(lake.table, '_delta_log');
  for (const name of await readdir(log)) {
    await utimes(join(log, name), OLD, OLD);
  }
  await lake.append({ rows: [{ time: NOV_1 }] });
  expect(await vacuumTable(lake.requests)).toMatchObject({ log_files: 3 });
  expect(await readdir(log)).not.toContain(entryName(2));
  expect(await (await Lake.open(folder.path, { engine })).snapshot()).toMatchObject({ version: 4 });
});

test('log entries stay while the clock is not believed', async () => {
  await lake.checkpoint();
  const log = join(lake.table, '_delta_log');
  for (const name of await readdir(log)) {
    await utimes(join(log, name), OLD, OLD);
  }
  await lake.append({ rows: [{ time: NOV_1 }] });
  const seen = { wall: Date.now() - 40 * 24 * HOUR, boot: 'another', uptime: 0, hold: 0 };
  await mkdir(join(folder.path, '.apitrail', 'maintenance'), { recursive: true });
  await writeFile(join(folder.path, '.apitrail', 'maintenance', 'clock.json'), JSON.stringify(seen));
  expect(await vacuumTable(lake.requests)).toMatchObject({ log_files: 0 });
  expect(await readdir(log)).toContain(entryName(2));
  expect(await vacuumTable(lake.requests, { force: true })).toMatchObject({ log_files: 3 });
});

test('a table that other programs have raised above us is not touched', async () => {
  await orphan('part-old.zstd.parquet');
  const protocol = { minReaderVersion: 1, minWriterVersion: 7 };
  await writeFile(join(lake.table, '_delta_log', entryName(4)), `${JSON.stringify({ protocol })}\n`);
  await expect(vacuumTable(lake.requests)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNSUPPORTED' });
  expect(await readdir(day)).toContain('part-old.zstd.parquet');
});

test('links are not followed', async () => {
  const elsewhere = join(folder.path, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'part-a.parquet'), 'keep');
  await utimes(join(elsewhere, 'part-a.parquet'), OLD, OLD);
  await symlink(elsewhere, join(lake.table, 'date=2026-11-02'));
  expect(await vacuumTable(lake.requests)).toMatchObject({ orphans: { files: 0 } });
  await rm(join(lake.table, 'date=2026-11-02'));
  expect(await readdir(elsewhere)).toEqual(['part-a.parquet']);
});
