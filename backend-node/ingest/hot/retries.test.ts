import { ApitrailError } from '@apitrail/contract';

import { Retries } from './retries';
import { freeBytes, isFullDisk } from '../../lake/full-disk';

const FULL = Object.assign(new Error('write'), { code: 'ENOSPC' });
const BROKEN = Object.assign(new Error('write'), { code: 'EIO' });

let free: number;
let looks: number;
let failures: unknown[];

/** A place that has failed until its pauses are of the longest. */
const worn = (): Retries => {
  free = 4096;
  looks = 0;
  failures = [];
  const retries = new Retries({
    onFailure: (_, error) => failures.push(error),
    freeBytes: () => {
      looks++;
      return Promise.resolve(free);
    },
  });
  for (let times = 0; times < 8; times++) {
    retries.failed('hot', FULL);
  }
  return retries;
};
const failingOnce = (error: Error, then: () => void) => {
  let tries = 0;
  return () => {
    if (tries++ === 0) {
      setTimeout(then, 100);
      return Promise.reject(error);
    }
    return Promise.resolve(tries);
  };
};

it('goes on as soon as there is room again', async () => {
  const retries = worn();
  expect(
    await retries.until(
      'hot',
      failingOnce(FULL, () => (free += 2 ** 21))
    )
  ).toBe(2);
  expect([looks > 1, failures.at(-1)]).toEqual([true, undefined]);
});

it('waits on while there is no more room, and where room is not what was missing', async () => {
  for (const [error, more] of [
    [FULL, 0],
    [BROKEN, 2 ** 21],
  ] as const) {
    const retries = worn();
    let done = false;
    const waiting = retries
      .until(
        'hot',
        failingOnce(error, () => (free += more))
      )
      .then(() => (done = true));
    const began = performance.now();
    while (performance.now() - began < 1_500 || (error === FULL && looks < 2)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([done, looks > 1]).toEqual([false, error === FULL]);
    retries.giveUp();
    await waiting;
  }
});

it('tells a full disk by the code, by the words of the engine, and by what caused it', async () => {
  const words = new Error('IO Error: Could not write file "/a": No space left on device');
  const coded = new ApitrailError('APITRAIL_LAKE_UNWRITABLE', 'Nothing was written.', { cause: words });
  expect([FULL, words, coded, BROKEN, undefined].map(isFullDisk)).toEqual([true, true, true, false, false]);
  expect(await freeBytes(__dirname)).toBeGreaterThan(0);
});
