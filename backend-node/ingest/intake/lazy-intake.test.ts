import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { currentHotDirectory, readHotFolder } from '../../lake/hot/hot-files';
import { LazyIntake } from './lazy-intake';
import { IntakeBench, SILENT, until } from './testing/intake-bench';
import { send, testDecoder, testRows } from './testing/test-batches';

const rows = testRows(3);
let before: IntakeBench;
let bench: IntakeBench;
/** What keeps rows that were acknowledged from being written again. */
let obstacle: string;

beforeEach(async () => {
  before = await IntakeBench.open();
  const intake = await before.intake();
  await send(intake, { rows });
  bench = await before.killed();
  await intake.close();
  const hot = await currentHotDirectory(bench.lake);
  await rm(hot, { recursive: true });
  obstacle = join(hot, '.tmp-1-1');
});
afterEach(async () => {
  await bench.close();
  await before.close();
});

/** An intake that cannot write the rows which it takes up when it starts. */
async function stuck(): Promise<LazyIntake> {
  const intake = new LazyIntake({
    settings: bench.settings,
    log: SILENT,
    onFatal: (error) => {
      throw error;
    },
    decoderNamed: () => ({
      ...testDecoder,
      decode: (body, context) => {
        mkdirSync(obstacle, { recursive: true });
        return testDecoder.decode(body, context);
      },
    }),
  });
  await intake.start();
  return intake;
}

it('starts, refuses for now and says what is wrong while what was acknowledged cannot be taken up', async () => {
  const intake = await stuck();
  expect(() => intake.admit(1)).toThrow(expect.objectContaining({ code: 'APITRAIL_INGEST_BUSY' }));
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({ code: 'APITRAIL_INGEST_BUSY' });
  expect(intake.status().problems).toMatchObject([{ message: expect.stringContaining(obstacle) as string }]);
  await intake.close();
});

it('is seen to be closed, for any reason, with each refusal counted; senders are told no names of files', async () => {
  const intake = await stuck();
  const before = intake.status().refused.APITRAIL_INGEST_BUSY;
  const error = await send(intake, { rows: testRows(1) }).catch((thrown: Error) => thrown);
  expect((error as Error).message).not.toContain(bench.lake);
  expect(intake.status()).toMatchObject({
    closed: { code: 'APITRAIL_INGEST_BUSY' },
    refused: { APITRAIL_INGEST_BUSY: before + 1 },
  });
  await intake.close();
});

it('is closed while another process takes in what is sent to the lake', async () => {
  const other = await before.intake();
  const intake = new LazyIntake({ settings: before.settings, log: SILENT });
  expect(intake.status().closed).toBeNull();
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({ code: 'APITRAIL_INGEST_BUSY' });
  expect(intake.status()).toMatchObject({
    closed: { code: 'APITRAIL_INGEST_BUSY' },
    problems: [{ code: 'APITRAIL_LAKE_BUSY' }],
  });
  await intake.close();
  await other.close();
});

it('says that rows are awaited until they are there, and then takes in', async () => {
  const intake = await stuck();
  expect((await readHotFolder(bench.lake)).complete).toBe(false);
  await rm(obstacle, { recursive: true });
  await until(async () => (await readHotFolder(bench.lake)).complete);
  await until(() => intake.status().problems.length === 0);
  const more = testRows(1);
  await until(() => {
    try {
      intake.admit(1);
      return true;
    } catch {
      return false;
    }
  });
  await send(intake, { rows: more });
  await intake.close();
  expect(await bench.ids()).toEqual([...rows, ...more].map(({ id }) => id).sort());
});

it('can be closed while it waits, and leaves everything to the next', async () => {
  const intake = await stuck();
  await intake.close();
  await rm(obstacle, { recursive: true });
  const next = await bench.intake();
  expect(await bench.ids()).toEqual(rows.map(({ id }) => id).sort());
  await next.close();
});
