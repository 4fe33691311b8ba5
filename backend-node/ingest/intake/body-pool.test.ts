import { BodyPool } from './body-pool';

const KIB = 1024;

test('a body that was given back lends its memory to one of about its size, without its content', () => {
  const pool = new BodyPool();
  const first = pool.take(500 * KIB).fill('secret');
  pool.give(first);
  const second = pool.take(450 * KIB);
  expect(second.buffer).toBe(first.buffer);
  expect(second).toHaveLength(450 * KIB);
  expect(second.every((byte) => byte === 0)).toBe(true);
});

test('two bodies that are in use never share memory', () => {
  const pool = new BodyPool();
  const bodies = Array.from({ length: 4 }, () => pool.take(100 * KIB));
  expect(new Set(bodies.map(({ buffer }) => buffer)).size).toBe(4);
});

test('what is given back twice is lent once', () => {
  const pool = new BodyPool();
  const body = pool.take(100 * KIB);
  pool.give(body);
  pool.give(body);
  expect(pool.take(100 * KIB).buffer).not.toBe(pool.take(100 * KIB).buffer);
});

test('memory much larger than a body is left for a larger one', () => {
  const pool = new BodyPool();
  const large = pool.take(1000 * KIB);
  pool.give(large);
  expect(pool.take(100 * KIB).buffer).not.toBe(large.buffer);
  expect(pool.take(900 * KIB).buffer).toBe(large.buffer);
});

test('what others made is left alone', () => {
  const pool = new BodyPool();
  const foreign = Buffer.alloc(100 * KIB, 1);
  pool.give(foreign);
  expect(foreign[0]).toBe(1);
  expect(pool.take(100 * KIB).buffer).not.toBe(foreign.buffer);
});

test('it keeps no more than 32 MiB ready', () => {
  const pool = new BodyPool();
  const bodies = Array.from({ length: 40 }, () => pool.take(1024 * KIB));
  bodies.forEach((body) => pool.give(body));
  const again = new Set(Array.from({ length: 40 }, () => pool.take(1024 * KIB).buffer));
  expect(bodies.filter(({ buffer }) => again.has(buffer))).toHaveLength(32);
});
