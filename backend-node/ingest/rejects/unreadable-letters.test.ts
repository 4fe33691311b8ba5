import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeDirectory } from '../../lake/durable';
import { rejectsDirectory } from '../../lake/layout';
import { clearLetters } from './clear-letters';
import type { DeadLetter } from './dead-letter';
import { rejectFileName, writeRejectFile } from './reject-file';
import { replayLetters } from './replay-letters';
import { listRejectFiles } from './stored-rejects';

const NOW = Date.parse('2026-11-20T00:00:00Z');
const key = randomBytes(32);
let lake: string;

/** A file of another key, and one behind it that is in order. */
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-unreadable-'));
  await makeDirectory(rejectsDirectory(lake));
  await writeRejectFile(join(rejectsDirectory(lake), rejectFileName({ from: 1, to: 1 })), randomBytes(32), [letter(1)]);
  await writeRejectFile(join(rejectsDirectory(lake), rejectFileName({ from: 2, to: 2 })), key, [letter(2)]);
});
afterEach(() => rm(lake, { recursive: true, force: true }));

const letter = (seq: number): DeadLetter => ({
  ...{ seq, index: 0, decoder: 'lines', params: { format: 'json' }, receivedAt: NOW * 1000, from: 'k1' },
  ...{ reason: 'is not JSON', text: `line ${seq}` },
});
const left = async (): Promise<number[]> => (await listRejectFiles(lake)).map(({ from }) => from);

it('replay tells of a file that cannot be read, and tries the others', async () => {
  const bodies: string[] = [];
  const told: string[] = [];
  const summary = await replayLetters({
    ...{ lake, key, filter: {} },
    onProblem: ({ message }) => told.push(message),
    target: {
      replay: (body) => {
        bodies.push(body.toString());
        const { id } = JSON.parse(body.toString()) as { id: string };
        return Promise.resolve({ outcomes: [{ id, records: 1 }], records: 1, known: 0 });
      },
    },
  });
  expect(summary).toMatchObject({ tried: 1, replayed: 1, unreadable: 1 });
  expect(bodies).toEqual([expect.stringContaining('line 2')]);
  expect(told).toEqual([expect.stringContaining('cannot be read')]);
  expect(await left()).toEqual([1]);
});

it('what fails after a file was read is not taken for a file that cannot be read', async () => {
  const target = { replay: () => Promise.reject(new Error('the companion is gone')) };
  await expect(replayLetters({ lake, key, filter: {}, target })).rejects.toThrow('the companion is gone');
});

it('clear deletes also what cannot be read when all is meant, whatever it is', async () => {
  expect(await clearLetters(lake, key, {}, () => {})).toEqual({ cleared: 2, unreadable: 0 });
  expect(await left()).toEqual([]);
});

it('clear with an age deletes what cannot be read once its newest letter is older', async () => {
  const told: string[] = [];
  const tell = ({ message }: Error): void => void told.push(message);
  expect(await clearLetters(lake, key, { before: NOW }, tell)).toEqual({ cleared: 0, unreadable: 1 });
  expect(await clearLetters(lake, key, { before: NOW + 1 }, tell)).toEqual({ cleared: 2, unreadable: 0 });
  expect(told).toHaveLength(1);
});

it('clear with a filter leaves what cannot be read, and goes on', async () => {
  expect(await clearLetters(lake, key, { reason: 'JSON' }, () => {})).toEqual({ cleared: 1, unreadable: 1 });
  expect(await left()).toEqual([1]);
});
