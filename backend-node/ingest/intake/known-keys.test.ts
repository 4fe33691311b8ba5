import { randomBytes } from 'node:crypto';

import { KnownKeys } from './known-keys';

const HOUR = 3_600_000_000;

it('agrees with a map of the entries that are not too old and not too many', () => {
  const keys = new KnownKeys(HOUR, 4096);
  const names = Array.from({ length: 6000 }, () => randomBytes(16));
  // Homes that collide, so that chains are long when entries are taken out of them.
  names.forEach((name, index) => name.writeUInt32LE(index % 700, 0));
  const order: number[] = [];
  for (let seq = 0; seq < 20_000; seq++) {
    const index = Math.floor(Math.random() * names.length);
    keys.add(names[index]!, seq, 1e15);
    order.push(index);
  }
  const expected = new Map<number, number>();
  order.slice(-4096).forEach((index, at) => expected.set(index, 20_000 - 4096 + at));
  names.forEach((name, index) => expect(keys.find(name, 1e15)).toBe(expected.get(index)));
  expect([keys.size, keys.evicted]).toEqual([4096, 20_000 - 4096]);
});

it('gives back what it was given, range by range', () => {
  const keys = new KnownKeys(HOUR);
  const names = Array.from({ length: 3000 }, () => randomBytes(16));
  names.forEach((name, index) => keys.add(name, Math.floor(index / 10), 1e15));
  const copy = new KnownKeys(HOUR);
  copy.load(keys.entries(-1, 99));
  copy.load(keys.entries(99, 250));
  expect(copy.size).toBe(2510);
  names.forEach((name, index) => expect(copy.find(name, 1e15)).toBe(index < 2510 ? Math.floor(index / 10) : undefined));
});

it('forgets what is older than the window', () => {
  const keys = new KnownKeys(HOUR);
  const [old, young] = [randomBytes(16), randomBytes(16)];
  keys.add(old, 1, 1e15);
  keys.add(young, 2, 1e15 + HOUR + 2e6);
  expect(keys.size).toBe(1);
  expect(keys.find(young, 1e15 + HOUR + 2e6)).toBe(2);
  expect(keys.find(young, 1e15 + 3 * HOUR)).toBeUndefined();
});
