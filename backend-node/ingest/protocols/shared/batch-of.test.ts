import type { ProtocolRequest } from '../protocol';
import { batchOf } from './batch-of';

const request = (key: string | undefined): ProtocolRequest =>
  ({ body: Buffer.from('x'), receivedAt: 1, from: '', header: () => key }) as unknown as ProtocolRequest;
const keyOf = (key: string | undefined): string | undefined => batchOf(request(key), 'test').idempotencyKey;

it('takes the key of a batch as it is', () => {
  expect(keyOf('batch-7')).toBe('batch-7');
  expect(keyOf('k'.repeat(256))).toBe('k'.repeat(256));
});

it('takes a long key by its hash: the same is known again, another is not', () => {
  const long = keyOf('k'.repeat(257))!;
  expect(long).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(keyOf('k'.repeat(257))).toBe(long);
  expect(keyOf(`${'k'.repeat(256)}l`)).not.toBe(long);
});

it('an empty key is none', () => {
  expect([keyOf(''), keyOf(undefined)]).toEqual([undefined, undefined]);
});
