import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pino } from 'pino';

import { AnnotationReader } from '../annotations/annotation-reader';
import { AnnotationStore } from '../annotations/annotation-store';
import { loadSettings, type Settings } from '../config/settings';
import type { ConfigInput } from '../config/schema';
import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { sql } from '../engine/sql';
import { Lake } from '../lake/lake';
import { LakeDataset } from '../lake/lake-dataset';
import { acquireLock } from '../lake/process-lock';
import { select, temporaryFolder } from '../lake/testing/temporary-lake';
import { parseAnnotations } from '@apitrail/contract';
import { Maintenance } from './maintenance';

const DAY_MS = 86_400_000;

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const settingsWith = (flags: Partial<ConfigInput>): Promise<Settings> =>
  loadSettings({
    flags: { lake: folder.path, ...flags },
    environment: {},
    workingFolder: folder.path,
  });
const openLake = () => Lake.open(folder.path, { engine, create: true });

/** Runs maintenance until something holds. */
async function maintain(
  flags: Partial<ConfigInput>,
  until: (one: Maintenance) => Promise<boolean>
): Promise<Maintenance> {
  const quick = { interval: '5ms', vacuum_interval: '10ms', ...flags.maintenance };
  const maintenance = new Maintenance(await settingsWith({ ...flags, maintenance: quick }), pino({ level: 'silent' }));
  maintenance.start();
  while (!(await until(maintenance))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await maintenance.stop();
  return maintenance;
}

const runs = async (of: Maintenance, task: string, outcome = 'success') =>
  (await of.metrics.registry.getSingleMetric('apitrail_maintenance_runs_total')!.get()).values.find(
    ({ labels }) => labels.task === task && labels.outcome === outcome
  )?.value ?? 0;
const every = async (of: Maintenance) =>
  (await Promise.all(['compaction', 'retention', 'vacuum'].map((task) => runs(of, task)))).every((count) => count > 0);

test('small files are put together by themselves, and rows stay as they are', async () => {
  const lake = await openLake();
  const now = Date.now();
  for (let flush = 0; flush < 9; flush++) {
    await lake.append({ rows: [{ time: now * 1000 + flush, service: `s${flush}` }] });
  }
  const dataset = new LakeDataset(lake);
  const before = await select(engine, dataset, '*', 'ORDER BY time');
  const maintenance = await maintain({}, async () => (await lake.snapshot()).files.size < 3);
  expect(await select(engine, dataset, '*', 'ORDER BY time')).toEqual(before);
  expect(maintenance.problems()).toEqual([]);
});

test('where there is no lake it waits for one, and makes none', async () => {
  const maintenance = await maintain({ lake: join(folder.path, 'none') }, every);
  expect(maintenance.problems()).toEqual([]);
  await expect(Lake.open(join(folder.path, 'none'), { engine })).rejects.toMatchObject({ code: 'APITRAIL_NOT_FOUND' });
});

test('retention takes out old days and old annotations with all their rows', async () => {
  const lake = await openLake();
  const now = Date.now();
  await lake.append({ rows: [0, 3, 9].map((age) => ({ time: (now - age * DAY_MS) * 1000, service: `${age} days` })) });
  const store = await AnnotationStore.open(folder.path, { engine });
  const clock = jest.spyOn(Date, 'now');
  clock.mockReturnValue(now - 10 * DAY_MS);
  await store.post(parseAnnotations({ id: 'moved', title: 'now', time: now }), { now });
  clock.mockReturnValue(now - 9 * DAY_MS);
  await store.post(parseAnnotations({ id: 'moved', title: 'long ago', time: now - 9 * DAY_MS }), { now });
  await store.post(parseAnnotations({ id: 'lasts', title: 'x', time: now - 9 * DAY_MS, timeEnd: now }), { now });
  clock.mockRestore();
  const maintenance = await maintain({ retention: { age: '5d' } }, every);
  expect(
    (await select(engine, new LakeDataset(lake), 'service', 'ORDER BY time')).map(({ service }) => service)
  ).toEqual(['3 days', '0 days']);
  const present = await new AnnotationReader(folder.path, engine).present();
  expect((await engine.run(sql`SELECT id FROM ${present!} AS p`)).values).toEqual([['lasts']]);
  expect(maintenance.problems()).toEqual([]);
});

test('after the clock was set ahead nothing is deleted by age, and that is said', async () => {
  const lake = await openLake();
  const now = Date.now();
  await lake.append({ rows: [{ time: now * 1000 }, { time: (now - 3 * DAY_MS) * 1000 }] });
  const flags = { retention: { age: '30d' } };
  await maintain(flags, every);
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 400 * DAY_MS);
  try {
    const maintenance = await maintain(flags, every);
    expect(maintenance.problems()).toMatchObject([{ code: 'APITRAIL_CLOCK_MOVED' }]);
  } finally {
    clock.mockRestore();
  }
  expect((await lake.snapshot()).files.size).toBe(2);
});

test('while a person compacts it leaves that alone, and does not call it a problem', async () => {
  const lake = await openLake();
  for (let flush = 0; flush < 9; flush++) {
    await lake.append({ rows: [{ time: Date.now() * 1000 + flush }] });
  }
  const lock = await acquireLock(join(folder.path, '.apitrail'), { name: 'compact', holder: 'A person', advice: '' });
  const maintenance = await maintain({}, every);
  await lock.release();
  expect(maintenance.problems()).toEqual([]);
  expect((await lake.snapshot()).files.size).toBe(9);
});

test('what fails is a problem that says what to do', async () => {
  const lake = await openLake();
  await lake.append({ rows: [{ time: Date.now() * 1000 }] });
  await mkdir(join(lake.table, '_delta_log'), { recursive: true });
  await writeFile(join(lake.table, '_delta_log', '00000000000000000002.json'), '{torn');
  const maintenance = await maintain({}, async (one) => (await runs(one, 'compaction', 'failure')) > 0);
  expect(maintenance.problems()).toContainEqual({
    code: 'APITRAIL_LAKE_UNREADABLE',
    message: expect.stringMatching(/^Maintenance of the lake fails \(compaction\): .*damaged/),
  });
});
