import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ANNOTATIONS_TABLE } from '../../backend-node/annotations/table';
import { openDuckDb } from '../../backend-node/engine/duckdb';
import { DeltaTable } from '../../backend-node/lake/delta-table';
import { Lake } from '../../backend-node/lake/lake';
import { apitrail } from './support/apitrail';
import { FIRST, temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
  const engine = await openDuckDb({ threads: 2 });
  const lake = await Lake.open(join(folder.path, 'lake'), { engine, create: true });
  for (let batch = 0; batch < 3; batch++) {
    const rows = [0, 1].map((day) => ({ time: (FIRST + day * DAY_MS + batch) * 1000, service: 'a', status: 200 }));
    await lake.append({ rows });
  }
  await engine.close();
});
afterEach(() => folder.remove());

const run = (...args: string[]) => apitrail([...args, '--lake', 'lake'], { cwd: folder.path });
/** The last line of standard output, which is all of it. */
const summaryOf = ({ stdout }: { stdout: string }) => {
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const day = (date: string) => join(folder.path, 'lake', 'requests', `date=${date}`);

test('compact, vacuum and verify keep every row, and say what they did', async () => {
  const plan = await run('compact', '--dry-run');
  expect(summaryOf(plan)).toMatchObject({ dry_run: true, removed_files: 6, added_files: 2, rows: 6 });
  expect(plan.stderr).toContain('requests date=2026-11-01: would become 1 file');

  const compacted = await run('compact');
  expect(compacted.code).toBe(0);
  expect(summaryOf(compacted)).toMatchObject({ removed_files: 6, added_files: 2, rows: 6, interrupted: false });
  expect(compacted.stderr).toMatch(/date=2026-11-01: 3 files of .* are now 1 file of/);

  const kept = await run('vacuum');
  expect(summaryOf(kept)).toMatchObject({ deleted_files: 0, kept_files: 6 });
  const refused = await run('vacuum', '--retention', '1h');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force')]);
  const vacuumed = await run('vacuum', '--retention', '0', '--force', '--quiet');
  expect(vacuumed).toMatchObject({ code: 0, stderr: '' });
  expect(summaryOf(vacuumed)).toMatchObject({ deleted_files: 6, kept_files: 0 });
  expect(await readdir(day('2026-11-01'))).toHaveLength(1);

  const verified = await run('verify');
  expect([verified.code, verified.stderr]).toEqual([0, expect.stringContaining('The lake is sound.')]);
  expect(summaryOf(verified)).toMatchObject({ sound: true, tables: [{ files: 2, rows: 6, checksums_compared: 2 }] });
});

test('all tables of the lake are looked after', async () => {
  const engine = await openDuckDb({ threads: 1 });
  const annotations = await DeltaTable.open(ANNOTATIONS_TABLE, join(folder.path, 'lake'), { engine, create: true });
  for (const title of ['a', 'b']) {
    await annotations.append({ rows: [{ time: FIRST * 1000, id: title, title }] });
  }
  await engine.close();
  expect(summaryOf(await run('compact'))).toMatchObject({
    tables: [{ table: 'requests' }, { table: 'annotations', removed: { files: 2, rows: 2 }, added: { files: 1 } }],
  });
  expect(summaryOf(await run('vacuum', '--retention', '0', '--force'))).toMatchObject({ deleted_files: 8 });
  expect(summaryOf(await run('verify'))).toMatchObject({
    sound: true,
    findings: [],
    tables: [{ table: 'requests' }, { table: 'annotations', files: 1, rows: 2, checksums_compared: 1 }],
  });
});

test('compact leaves young days alone, and takes a size', async () => {
  expect(summaryOf(await run('compact', '--older-than', '36500d'))).toMatchObject({ removed_files: 0 });
  expect(summaryOf(await run('compact', '--target-size', '1B'))).toMatchObject({ removed_files: 0 });
  expect(await run('compact', '--target-size', 'much')).toMatchObject({ code: 2 });
  expect(await run('compact', '--older-than', 'soon')).toMatchObject({ code: 2 });
});

test('verify says what is wrong, mends what it can, and drops rows only when told to', async () => {
  const [name] = await readdir(day('2026-11-01'));
  const path = join(day('2026-11-01'), name!);
  await chmod(path, 0o644);
  const content = await readFile(path);
  content[100]! ^= 0xff;
  await writeFile(path, content);

  const broken = await run('verify');
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/error: requests\/date=2026-11-01\/.* checksum .*--drop-damaged.*loses 1 row/);
  expect(summaryOf(broken)).toMatchObject({ sound: false, errors: 1, warnings: 1 });

  const mended = await run('verify', '--mend');
  expect(mended.code).toBe(1);
  expect(summaryOf(mended)).toMatchObject({ mended: 1, dropped_rows: 0 });

  const dropped = await run('verify', '--drop-damaged');
  expect(dropped.code).toBe(0);
  expect(dropped.stderr).toContain('1 damaged file taken out of the lake with 1 row');
  expect(summaryOf(dropped)).toMatchObject({ sound: true, dropped_files: 1, dropped_rows: 1 });
  expect(summaryOf(await run('verify'))).toMatchObject({ sound: true, tables: [{ rows: 5 }] });
});

test('vacuum deletes nothing while the clock is not believed, unless it is told that the clock is right', async () => {
  const seen = { wall: Date.now() - 40 * 86_400_000, boot: 'another', uptime: 0, hold: 0 };
  await mkdir(join(folder.path, 'lake', '.apitrail', 'maintenance'), { recursive: true });
  await writeFile(join(folder.path, 'lake', '.apitrail', 'maintenance', 'clock.json'), JSON.stringify(seen));
  expect(await run('vacuum', '--dry-run')).toMatchObject({ code: 0 });
  const refused = await run('vacuum');
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('then add --force') as string });
  expect(await run('vacuum', '--force')).toMatchObject({ code: 0 });
});

test.each(['compact', 'vacuum', 'verify'])('%s of a folder without a lake fails and makes none', async (command) => {
  await rm(join(folder.path, 'lake'), { recursive: true });
  const { code, stderr } = await run(command);
  expect([code, stderr]).toEqual([1, expect.stringContaining('APITRAIL_NOT_FOUND')]);
  expect(existsSync(join(folder.path, 'lake'))).toBe(false);
});
