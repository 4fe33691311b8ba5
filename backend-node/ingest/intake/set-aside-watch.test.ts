import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeDirectory } from '../../lake/durable';
import { rejectsDirectory } from '../../lake/layout';
import { WHOLE_BODY, type DeadLetter } from '../rejects';
import { rejectFileName, writeRejectFile } from '../rejects/reject-file';
import { replayLetters } from '../rejects/replay-letters';
import { IngestCounters } from './counters';
import { isSetAside, watchSetAside } from './set-aside-watch';

const key = randomBytes(32);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
let lake: string;

beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-set-aside-'));
  await makeDirectory(rejectsDirectory(lake));
});
afterEach(() => rm(lake, { recursive: true, force: true }));

const letter = (seq: number, more: Partial<DeadLetter>): DeadLetter => ({
  ...{ seq, index: 0, decoder: 'lines', params: {}, receivedAt: 1, from: 'k1', reason: 'is not JSON' },
  ...more,
});
const write = (letters: DeadLetter[]) =>
  writeRejectFile(join(rejectsDirectory(lake), rejectFileName({ from: 5, to: 9 })), key, letters);
/** All that is tried goes in. */
const target = {
  replay: (body: Buffer) => {
    const ids = body.toString().split('\n').map((line) => (JSON.parse(line) as { id: string }).id); // prettier-ignore
    return Promise.resolve({ outcomes: ids.map((id) => ({ id, records: 1 })), records: ids.length, known: 0 });
  },
};

it('health tells of a batch that was set aside until it was replayed', async () => {
  await write([letter(7, { index: WHOLE_BODY, body: Buffer.from('x') }), letter(8, { text: 'y' })]);
  const counters = new IngestCounters(silent);
  counters.onSetAside([7]);
  const settled = new Promise<void>((resolve) => {
    watchSetAside(
      { lake, key, seqs: [7] },
      () => {
        counters.onSetAsideSettled();
        resolve();
      },
      5
    );
  });
  expect(await isSetAside({ lake, key, seqs: [7] })).toBe(true);
  expect(counters.problems).toMatchObject([{ code: 'APITRAIL_BATCH_SET_ASIDE' }]);
  await replayLetters({ lake, key, filter: {}, target });
  await settled;
  expect(counters.problems).toEqual([]);
});

it('items of a batch, and other batches, are not the batch; a file that cannot be read may have it', async () => {
  await write([letter(7, { text: 'an item' }), letter(8, { index: WHOLE_BODY, body: Buffer.from('x') })]);
  expect(await isSetAside({ lake, key, seqs: [7] })).toBe(false);
  expect(await isSetAside({ lake, key, seqs: [7, 8] })).toBe(true);
  expect(await isSetAside({ lake, key: randomBytes(32), seqs: [7] })).toBe(true);
});
