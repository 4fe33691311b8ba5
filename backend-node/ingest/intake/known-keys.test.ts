import { randomBytes } from 'node:crypto';

import { KeyHasher, KnownKeys } from './known-keys';

const HOUR = 3_600_000_000;

/** A key as the hasher makes it; `home` is where it belongs in the table. */
function nameOf(home?: number): string {
  const bytes = randomBytes(16);
  if (home !== undefined) {
    bytes.writeUInt32LE(home, 0);
  }
  return bytes.toString('latin1');
}

it('agrees with a map of the entries that are not too old and not too many', () => {
  const keys = new KnownKeys(HOUR, 4096);
  // Homes that collide, so that chains are long when entries are taken out of them.
  const names = Array.from({ length: 6000 }, (_, index) => nameOf(index % 700));
  const order: number[] = [];
  for (let seq = 0; seq < 20_000; seq++) {
    const index = Math.floor(Math.random() * names.length);
    keys.add(names[index]!, seq);
    order.push(index);
  }
  const expected = new Map<number, number>();
  order.slice(-4096).forEach((index, at) => expected.set(index, 20_000 - 4096 + at));
  names.forEach((name, index) => expect(keys.find(name)).toBe(expected.get(index)));
  expect([keys.size, keys.evicted]).toEqual([4096, 20_000 - 4096]);
});

it('gives back what it was given, range by range', () => {
  const keys = new KnownKeys(HOUR);
  const names = Array.from({ length: 3000 }, () => nameOf());
  names.forEach((name, index) => keys.add(name, Math.floor(index / 10)));
  const copy = new KnownKeys(HOUR);
  copy.load(keys.entries(-1, 99));
  copy.load(keys.entries(99, 250));
  expect(copy.size).toBe(2510);
  names.forEach((name, index) => expect(copy.find(name)).toBe(index < 2510 ? Math.floor(index / 10) : undefined));
});

it('forgets what is older than the window', () => {
  let now = 0;
  const keys = new KnownKeys(HOUR, 4096, () => now);
  const [old, young] = [nameOf(), nameOf()];
  keys.add(old, 1);
  now += 3602;
  keys.add(young, 2);
  expect(keys.size).toBe(1);
  expect(keys.find(young)).toBe(2);
  now += 7200;
  expect(keys.find(young)).toBeUndefined();
});

it('goes on with the time where what is loaded left it', () => {
  const keys = new KnownKeys(HOUR, 4096, () => 0);
  const name = nameOf();
  keys.add(name, 1);
  let now = 1e6;
  const copy = new KnownKeys(HOUR, 4096, () => now);
  copy.load(keys.entries(0, 1));
  expect(copy.seconds).toBe(keys.seconds);
  now += 3000;
  expect(copy.find(name)).toBe(1);
  now += 1000;
  expect(copy.find(name)).toBeUndefined();
});

it('gives a name of another sender, or of another kind of thing, another key', () => {
  const hasher = new KeyHasher('secret');
  const keys = [
    hasher.hash('batch', 'a', 'x'),
    hasher.hash('batch', 'b', 'x'),
    hasher.hash('record', 'a', 'x'),
    new KeyHasher('other').hash('batch', 'a', 'x'),
  ];
  expect(new Set(keys).size).toBe(4);
  expect(keys.map(({ length }) => length)).toEqual([16, 16, 16, 16]);
  expect(hasher.hash('batch', 'a', 'x')).toBe(keys[0]);
});
