import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import type { Lake } from '../../lake';
import { entryName, IMPORT_APP_ID, importStateDirectory, importStateName } from '../../layout';
import { REQUESTS_TABLE } from '../../table-definition';
import { eachWithLake, type TemporaryFolder } from '../../testing/temporary-lake';
import { verifyLake } from './index';

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const TWO_DAYS_AGO = new Date(Date.now() - 2 * 86_400_000);

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made));
beforeEach(async () => {
  for (const version of [1, 2, 3]) {
    const rows = Array.from({ length: 10 }, (_, index) => ({ time: NOV_1 + version * 100 + index }));
    await lake.append({ rows }, { txn: { appId: IMPORT_APP_ID, version } });
  }
  await mkdir(importStateDirectory(folder.path), { recursive: true });
});

const log = (name: string) => join(lake.table, '_delta_log', name);
const files = async () => (await readdir(join(lake.table, 'date=2026-11-01'))).sort();
const remember = (version: number) =>
  writeFile(join(importStateDirectory(folder.path), importStateName(version)), '{}');
async function age(): Promise<void> {
  for (const name of await files()) {
    await utimes(join(lake.table, 'date=2026-11-01', name), TWO_DAYS_AGO, TWO_DAYS_AGO);
  }
}
const verify = () => verifyLake(engine, folder.path, [REQUESTS_TABLE], { mend: true, dropDamaged: true });

test.each([
  ['young', () => Promise.resolve()],
  ['two days old', age],
])('a log that lost its tail is unsound, and its files, %s, are named with their rows and left', async (_, prepare) => {
  await prepare();
  const before = await files();
  await Promise.all([2, 3].map((version) => rm(log(entryName(version)))));
  const summary = await verify();
  expect(summary).toMatchObject({ sound: false, errors: 2, mended: 0 });
  expect(summary.findings).toMatchObject([
    { check: 'orphan', severity: 'error', rows: 10, message: expect.stringContaining('holds 10 rows') },
    { check: 'orphan', severity: 'error', rows: 10, message: expect.stringContaining('lost its commit') },
  ]);
  expect(await files()).toEqual(before);
});

test('a log that lost its tail gets no commit that would take the place of a lost one', async () => {
  await Promise.all([2, 3].map((version) => rm(log(entryName(version)))));
  const [add] = (await lake.snapshot()).files.values();
  await rm(join(lake.table, add!.add.path));
  expect(await verify()).toMatchObject({ sound: false, dropped_files: 0 });
  expect((await readdir(log(''))).filter((name) => name.endsWith('.json'))).toEqual([entryName(0), entryName(1)]);
});

test('an import that remembers more commits than the log has proves that some are missing', async () => {
  await remember(3);
  expect((await verify()).findings).toEqual([]);
  await Promise.all([2, 3].map((version) => rm(log(entryName(version)))));
  await Promise.all((await files()).map((name) => rm(join(lake.table, 'date=2026-11-01', name))));
  const { findings, sound } = await verify();
  expect(sound).toBe(false);
  expect(findings).toContainEqual(
    expect.objectContaining({ severity: 'error', check: 'log', where: '.apitrail/import/state-3.json', mend: 'none' })
  );
});

test('the state of a commit that an import was killed before proves nothing', async () => {
  await remember(3);
  await remember(4);
  expect((await verify()).findings).toEqual([]);
});

test.each(['add', 'txn'])(
  'an entry that lost its lines from %s on is found, though it is whole JSON',
  async (first) => {
    const lines = (await readFile(log(entryName(3)), 'utf8')).split('\n');
    await writeFile(
      log(entryName(3)),
      `${lines
        .slice(
          0,
          lines.findIndex((line) => line.startsWith(`{"${first}"`))
        )
        .join('\n')}\n`
    );
    const { findings, sound } = await verify();
    expect(sound).toBe(false);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'log', message: expect.stringContaining('adds 0 files where it says 1') })
    );
    expect(await files()).toHaveLength(3);
  }
);

test('a file that an entry was made to remove is found', async () => {
  const [file] = (await lake.snapshot()).files.values();
  const remove = { path: file!.add.path, deletionTimestamp: Date.now(), dataChange: true };
  await writeFile(log(entryName(3)), `${await readFile(log(entryName(3)), 'utf8')}${JSON.stringify({ remove })}\n`);
  expect((await verify()).findings).toMatchObject([
    { severity: 'error', message: expect.stringContaining('removes 1 files where it says 0') },
  ]);
});

test('a pointer beyond the end of the log proves that commits are missing, and is not mended away', async () => {
  const pointer = '{"version":9,"size":3}';
  await writeFile(log('_last_checkpoint'), pointer);
  expect((await verify()).findings).toMatchObject([
    { severity: 'error', check: 'log', message: expect.stringContaining('ends with 3'), mend: 'none' },
  ]);
  expect(await readFile(log('_last_checkpoint'), 'utf8')).toBe(pointer);
});

test('a file that no version knows and that is not of Apitrail is a warning, and is left', async () => {
  const [name = ''] = await files();
  const copy = join(lake.table, 'date=2026-11-01', 'part-00000-other-c000.parquet');
  await writeFile(copy, await readFile(join(lake.table, 'date=2026-11-01', name)));
  await utimes(copy, TWO_DAYS_AGO, TWO_DAYS_AGO);
  const { findings, sound } = await verify();
  expect([sound, findings]).toMatchObject([true, [{ severity: 'warning', check: 'orphan', mend: 'none' }]]);
  expect(await files()).toContain('part-00000-other-c000.parquet');
});
