import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { literal, raw, sql } from '../../../engine/sql';
import type { Action } from '../../actions';
import { Lake } from '../../lake';
import { LakeDataset } from '../../lake-dataset';
import { checkpointName, entryName } from '../../layout';
import { ownIdentity } from '../../process-identity';
import { groupFiles } from '../../rewrite';
import { REQUESTS_TABLE } from '../../table-definition';
import { select, eachWithLake, type TemporaryFolder } from '../../testing/temporary-lake';
import { workDirectoryName } from '../../work-directory';
import { leasedName } from '../../write-lease';
import { verifyLake, type VerifyOptions } from './index';

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const OLD = new Date(Date.now() - 10 * 86_400_000);

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made));
beforeEach(async () => {
  await lake.append({ rows: [0, 1, 2].map((index) => row(index)) });
  await lake.append({ rows: [3, 4].map((index) => row(index, { service: undefined, duration_ms: index / 4 })) });
});

const row = (index: number, more: Record<string, unknown> = {}) => ({
  time: NOV_1 + index * 1001,
  service: `ß${5 - index}`,
  route: `/${'r'.repeat(40)}/${index}`,
  status: 200 + index,
  attributes: { index: String(index) },
  ...more,
});

const verify = (options: VerifyOptions = {}) => verifyLake(engine, folder.path, [REQUESTS_TABLE], options);
const log = (name: string) => join(lake.table, '_delta_log', name);
/** The data file of a version, absolute. */
async function dataFile(version: number): Promise<string> {
  return join(lake.table, (await actions(version)).find(({ add }) => add)!.add!.path);
}
const actions = async (version: number) =>
  (await readFile(log(entryName(version)), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Action);
/** Writes an entry anew with its first `add` changed. */
async function changeAdd(version: number, change: (add: NonNullable<Action['add']>) => object): Promise<void> {
  const changed = (await actions(version)).map(({ add, ...rest }) =>
    add ? { add: { ...add, ...change(add) } } : rest
  );
  await writeFile(log(entryName(version)), changed.map((action) => `${JSON.stringify(action)}\n`).join(''));
}
/** Writes a data file anew from a SELECT over it, and notes its size, without the checksum. */
async function replaceContent(version: number, text: string): Promise<void> {
  const path = await dataFile(version);
  const copy = `${path}.copy`;
  await engine.run(
    sql`COPY (WITH rows AS (SELECT * FROM read_parquet(${literal(path)}, hive_partitioning = false)) ${raw(text)}) TO ${literal(copy)} (FORMAT parquet)`
  );
  const content = await readFile(copy);
  await rm(copy);
  await rm(path);
  await writeFile(path, content, { mode: 0o444 });
  await changeAdd(version, ({ tags }) => ({
    size: content.length,
    tags: { 'apitrail.sortedBy': tags?.['apitrail.sortedBy'] },
  }));
}
const count = async () =>
  (await select(engine, new LakeDataset(await Lake.open(folder.path, { engine })), 'count(*)::INTEGER AS n'))[0]?.n;

describe('a sound lake', () => {
  test('is sound, to the last value', async () => {
    expect(await verify()).toEqual({
      sound: true,
      errors: 0,
      warnings: 0,
      mended: 0,
      dropped_files: 0,
      dropped_rows: 0,
      findings: [],
      tables: [
        expect.objectContaining({
          table: 'requests',
          version: 2,
          files: 2,
          rows: 5,
          checksums_compared: 2,
          without_checksum: 0,
        }),
      ],
    });
  });

  test('is sound after checkpoints, rewriting and a cleaned log', async () => {
    await lake.checkpoint();
    const files = [...(await lake.snapshot()).files.values()];
    await lake.requests.rewrite(groupFiles(files), { operation: 'OPTIMIZE' });
    await lake.append({ rows: [row(7), row(7, { time: NOV_1 + DAY_US })] }, { txn: { appId: 'a', version: 1 } });
    for (const name of await readdir(log(''))) {
      await utimes(log(name), OLD, OLD);
    }
    await lake.checkpoint();
    await lake.append({ rows: [row(8)] });
    expect(await readdir(log(''))).not.toContain(entryName(1));
    const summary = await verify();
    expect(summary.findings).toEqual([]);
    expect(summary.tables[0]).toMatchObject({ version: 5, removed_files: 2 });
  });

  test('is sound with values that are hard to bound', async () => {
    const rows = [
      row(9, {
        duration_ms: 1e-300,
        service: '\u{10ffff}'.repeat(40),
        route: undefined,
        request_bytes: 9_007_199_254_740_991,
      }),
      row(10, { duration_ms: -0, service: "o'brien", weight: 1 / 3, status: -1 }),
      { time: NOV_1 + DAY_US - 1 },
      { time: NOV_1 + DAY_US },
      { time: -1 },
      { time: 0 },
    ];
    await lake.append({ rows });
    expect((await verify()).findings).toEqual([]);
  });

  test('with files of before checksums says how many', async () => {
    await changeAdd(1, () => ({ tags: undefined }));
    const summary = await verify();
    expect(summary.findings).toEqual([]);
    expect(summary.tables[0]).toMatchObject({ checksums_compared: 1, without_checksum: 1 });
  });

  test('is not changed by looking', async () => {
    const before = await readdir(folder.path, { recursive: true });
    await verify();
    expect(await readdir(folder.path, { recursive: true })).toEqual(before);
  });

  test('must be there', async () => {
    await expect(verifyLake(engine, join(folder.path, 'none'), [REQUESTS_TABLE])).rejects.toMatchObject({
      code: 'APITRAIL_NOT_FOUND',
    });
  });
});

describe('a data file', () => {
  const only = async (options: VerifyOptions = {}) => {
    const { findings, sound } = await verify(options);
    expect(findings).toHaveLength(1);
    return { ...findings[0]!, sound };
  };
  const writable = async (version: number) => {
    const path = await dataFile(version);
    await chmod(path, 0o644);
    return path;
  };

  test('with one bit flipped is damaged', async () => {
    const path = await writable(1);
    const content = await readFile(path);
    content[Math.floor(content.length / 3)]! ^= 1;
    await writeFile(path, content);
    await chmod(path, 0o444);
    expect(await only()).toMatchObject({ sound: false, check: 'checksum', mend: 'drop', rows: 3 });
  });

  test('cut short is damaged', async () => {
    const path = await writable(1);
    await truncate(path, 1000);
    await chmod(path, 0o444);
    expect(await only()).toMatchObject({
      sound: false,
      check: 'file',
      message: expect.stringContaining('1000 bytes'),
      mend: 'drop',
    });
    expect(await only({ quick: true })).toMatchObject({ sound: false });
  });

  test('that is gone is named, with the rows that are lost', async () => {
    await rm(await dataFile(1));
    expect(await only()).toMatchObject({ sound: false, message: 'is missing', mend: 'drop', rows: 3 });
  });

  test('that cannot be read as Parquet is damaged, checksum or not', async () => {
    const path = await writable(1);
    const size = (await stat(path)).size;
    await writeFile(path, Buffer.alloc(size));
    await changeAdd(1, () => ({ tags: {} }));
    expect(await only()).toMatchObject({ sound: false, check: 'file', mend: 'drop' });
  });

  test.each([
    ['has fewer rows', 'SELECT * FROM rows LIMIT 2', 'rows'],
    ['is not sorted', 'SELECT * FROM rows ORDER BY status', 'sort'],
    [
      'has a column of another type',
      'SELECT * REPLACE (status::BIGINT AS status) FROM rows ORDER BY service',
      'schema',
    ],
    [
      'has rows of another day',
      `SELECT * REPLACE (time + INTERVAL 1 DAY AS time) FROM rows ORDER BY service`,
      'partition',
    ],
    [
      'has values outside its statistics',
      'SELECT * REPLACE (status + 100 AS status) FROM rows ORDER BY service',
      'statistics',
    ],
    [
      'has other nulls',
      'SELECT * REPLACE (CASE WHEN status = 201 THEN NULL ELSE service END AS service) FROM rows ORDER BY service',
      'statistics',
    ],
  ])('that %s is found without a checksum, too', async (_, text, check) => {
    await replaceContent(1, text);
    const { findings, sound } = await verify();
    expect(sound).toBe(false);
    expect(findings.map((finding) => finding.check)).toContain(check);
  });

  test('with wrong statistics in the log gets the right ones', async () => {
    const right = (await actions(1)).find(({ add }) => add)!.add!.stats!;
    await changeAdd(1, () => ({ stats: right.replace('"status":202', '"status":201') }));
    expect(await only()).toMatchObject({
      sound: false,
      check: 'statistics',
      message: expect.stringContaining('status'),
      mend: 'statistics',
    });
    expect(await only({ mend: true })).toMatchObject({ sound: true, mended: true });
    expect((await verify()).findings).toEqual([]);
    expect((await actions(3)).find(({ add }) => add)?.add).toMatchObject({ stats: right, dataChange: false });
    expect(await count()).toBe(5);
  });

  test('with bounds that are only wide is a warning', async () => {
    await changeAdd(1, ({ stats }) => ({ stats: stats!.replace('"status":202', '"status":599') }));
    expect(await only()).toMatchObject({ sound: true, severity: 'warning', check: 'statistics' });
  });

  test('that can be written to is a warning, and made read-only', async () => {
    await writable(1);
    expect(await only()).toMatchObject({ sound: true, severity: 'warning', check: 'mode', mend: 'modes' });
    await verify({ mend: true });
    expect((await stat(await dataFile(1))).mode & 0o777).toBe(0o444);
  });

  test('that is damaged leaves the table only when that is asked for', async () => {
    await rm(await dataFile(1));
    expect((await only({ mend: true })).sound).toBe(false);
    expect((await lake.snapshot()).version).toBe(2);
    const summary = await verify({ dropDamaged: true });
    expect(summary).toMatchObject({ sound: true, dropped_files: 1, dropped_rows: 3 });
    expect(await verify()).toMatchObject({ sound: true, findings: [] });
    expect(await count()).toBe(2);
    expect((await actions(3)).find(({ remove }) => remove)?.remove).toMatchObject({ dataChange: true });
  });

  test('that lies outside the table is refused', async () => {
    await changeAdd(1, () => ({ path: '../../elsewhere.parquet' }));
    const { findings } = await verify();
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', where: '../../elsewhere.parquet' }));
  });
});

describe('the log', () => {
  test('with an entry missing in the middle cannot be read from there on', async () => {
    await rm(log(entryName(1)));
    const { findings, tables, sound } = await verify();
    expect(sound).toBe(false);
    expect(findings).toEqual([
      expect.objectContaining({ check: 'log', where: `requests/_delta_log/${entryName(1)}`, mend: 'none' }),
    ]);
    expect(tables[0]).toMatchObject({ version: 0 });
  });

  test('with an entry missing before a checkpoint is whole for readers of today', async () => {
    await lake.checkpoint();
    await rm(log(entryName(1)));
    const { findings, sound, tables } = await verify();
    expect([sound, findings.map(({ severity }) => severity)]).toEqual([true, ['warning']]);
    expect(tables[0]).toMatchObject({ version: 2, rows: 5 });
  });

  test('without its beginning cannot be read', async () => {
    await rm(log(entryName(0)));
    expect(await verify()).toMatchObject({ sound: false, tables: [{ version: null }] });
  });

  test('that is empty is no table', async () => {
    await Promise.all([0, 1, 2].map((version) => rm(log(entryName(version)))));
    expect(await verify({ mend: true })).toMatchObject({ sound: false, errors: 1, tables: [{ version: null }] });
  });

  test.each([
    ['torn', '{"add":{"path":"x'],
    ['empty', ''],
  ])('with an entry that is %s names it', async (_, content) => {
    await writeFile(log(entryName(3)), content);
    const { findings, sound } = await verify({ mend: true });
    expect(sound).toBe(false);
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: 'error', where: `requests/_delta_log/${entryName(3)}` })
    );
  });

  test('with a file added twice in one commit is ambiguous', async () => {
    const add = (await actions(1)).find((action) => action.add);
    await writeFile(log(entryName(1)), `${await readFile(log(entryName(1)), 'utf8')}${JSON.stringify(add)}\n`);
    expect((await verify()).findings).toEqual([
      expect.objectContaining({ check: 'log', message: expect.stringContaining('twice') }),
      expect.objectContaining({ check: 'log', message: expect.stringContaining('adds 2 files where it says 1') }),
    ]);
  });

  test('whose checkpoint cannot be read gets it back from the entries', async () => {
    await lake.checkpoint();
    await lake.append({ rows: [row(6)] });
    await chmod(log(checkpointName(2)), 0o644);
    await truncate(log(checkpointName(2)), 100);
    await expect(count()).rejects.toThrow();
    expect(await verify()).toMatchObject({
      sound: false,
      findings: [{ check: 'checkpoint', where: `requests/_delta_log/${checkpointName(2)}`, mend: 'checkpoint' }],
    });
    expect(await verify({ mend: true })).toMatchObject({ sound: true, mended: 1 });
    expect((await verify()).findings).toEqual([]);
    expect(await count()).toBe(6);
  });

  test('whose checkpoint says something else than the entries is not sound, and nothing is guessed', async () => {
    await lake.checkpoint();
    await changeAdd(1, ({ size }) => ({ size: size + 1 }));
    const { findings, sound } = await verify({ mend: true });
    expect(sound).toBe(false);
    expect(findings).toEqual([
      expect.objectContaining({ check: 'checkpoint', message: expect.stringContaining('another size'), mend: 'none' }),
    ]);
  });

  test.each([
    ['missing', undefined, false, 'warning'],
    ['missing with the beginning of the log', undefined, true, 'error'],
    ['torn', '{"versi', true, 'error'],
    ['pointing at nothing', '{"version":1,"size":3}', false, 'error'],
  ])('whose pointer to the checkpoint is %s gets it back', async (_, content, cleaned, severity) => {
    await lake.checkpoint();
    if (cleaned) {
      await Promise.all([0, 1].map((version) => rm(log(entryName(version)))));
    }
    await rm(log('_last_checkpoint'));
    if (content !== undefined) {
      await writeFile(log('_last_checkpoint'), content);
    }
    expect((await verify()).findings).toMatchObject([{ severity, where: 'requests/_delta_log/_last_checkpoint' }]);
    expect(await verify({ mend: true })).toMatchObject({ sound: true, mended: 1 });
    expect(JSON.parse(await readFile(log('_last_checkpoint'), 'utf8'))).toMatchObject({ version: 2 });
    expect((await verify()).findings).toEqual([]);
  });
});

describe('what lies around', () => {
  test('orphans of killed writers are warnings that say what they hold, and are left to vacuum with their lease', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const id = randomUUID();
    const lease = join(folder.path, '.apitrail', 'writers', `${pid}-${id}.json`);
    await writeFile(lease, JSON.stringify({ ...(await ownIdentity()), pid, table: 'requests' }));
    const [old, young] = [leasedName(id), leasedName(id)];
    for (const name of [old, young]) {
      await writeFile(join(lake.table, 'date=2026-11-01', name), await readFile(await dataFile(1)));
    }
    await utimes(join(lake.table, 'date=2026-11-01', old), OLD, OLD);
    const { findings, sound, tables } = await verify({ mend: true });
    expect(sound).toBe(true);
    expect(findings).toMatchObject([
      {
        severity: 'warning',
        check: 'orphan',
        where: `requests/date=2026-11-01/${old}`,
        message: expect.stringContaining('holds 3 rows'),
        mend: 'orphans',
      },
      { check: 'leftover', mend: 'leftovers' },
    ]);
    expect(tables[0]).toMatchObject({ uncommitted_files: 1 });
    expect(await readdir(join(lake.table, 'date=2026-11-01'))).toEqual(expect.arrayContaining([old, young]));
    expect((await stat(lease)).isFile()).toBe(true);
  });

  test('files that are none of the table are named and left', async () => {
    await writeFile(join(lake.table, 'date=2026-11-01', 'notes.txt'), 'hello');
    const { findings } = await verify({ mend: true });
    expect(findings).toMatchObject([
      { severity: 'warning', check: 'leftover', where: 'requests/date=2026-11-01/notes.txt', mend: 'none' },
    ]);
    expect(await readFile(join(lake.table, 'date=2026-11-01', 'notes.txt'), 'utf8')).toBe('hello');
  });

  test('what dead processes left is a warning and goes; a state folder open to others is closed', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const owner = { ...(await ownIdentity()), pid };
    const [state, left] = [join(folder.path, '.apitrail'), workDirectoryName(owner)];
    await mkdir(join(state, 'tmp', left), { recursive: true });
    await writeFile(join(state, 'writers', 'left.json'), JSON.stringify(owner));
    await chmod(state, 0o755);
    const { findings, sound } = await verify();
    expect([sound, findings.map(({ where }) => where).sort()]).toEqual([
      true,
      ['.apitrail', `.apitrail/tmp/${left}`, '.apitrail/writers/left.json'],
    ]);
    await verify({ mend: true });
    expect((await verify()).findings).toEqual([]);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
  });
});
