import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { IntakeBench } from '../../backend-node/ingest/intake/testing/intake-bench';
import { listRejectFiles } from '../../backend-node/ingest/rejects';
import { buildProgram, type ChildProgram } from './support/child';
import type { PoisonTask } from './support/poison-task';

jest.setTimeout(120_000);

let child: ChildProgram<PoisonTask>;
let folder: string;

beforeAll(() => {
  child = buildProgram('poison-child');
});
afterAll(() => child.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-poison-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a start came to say of itself; empty when it died before. */
const start = (poison?: string): string => child.run({ folder, send: [], ...(poison ? { poison } : {}) }).stdout;

test.each([
  ['a small batch', 'small', 3],
  ['a large one', 'large', 2],
])('%s at which the process dies is set aside after some starts, and all others are there', async (_, id, deaths) => {
  expect(child.run({ folder, send: ['before', id, 'behind'] }).stdout).not.toBe('');
  for (let death = 0; death < deaths; death++) {
    expect(start(id)).toBe('');
  }
  const stood = { codes: ['APITRAIL_BATCH_SET_ASIDE'], deadBatches: 1 };
  expect(JSON.parse(start(id))).toEqual(stood);
  // It stays aside as long as it is in the write-ahead log.
  expect(JSON.parse(start(id))).toEqual(stood);
  const bench = await IntakeBench.at(folder);
  const intake = await bench.intake();
  await intake.close();
  expect(await bench.committedIds()).toEqual(expect.arrayContaining(['before', 'behind']));
  const files = await listRejectFiles(bench.lake);
  expect(files.reduce((sum, { letters }) => sum + letters, 0)).toBeGreaterThan(2);
  await bench.close();
});

test('starts that are killed elsewhere set nothing aside', () => {
  child.run({ folder, send: ['first', 'second', 'third'] });
  for (const poison of ['first', 'second', 'third', 'second', 'first']) {
    expect(start(poison)).toBe('');
  }
  expect(JSON.parse(start())).toEqual({ codes: [], deadBatches: 0 });
});
