import { hash } from 'node:crypto';

import type { Batch } from '../../intake/batch';
import type { ProtocolRequest } from '../protocol';

/** For a longer key of a batch its hash stands. */
const LONGEST_KEY = 256;

/** The batch of a request: its body, or what its protocol took out of it, under the sender’s `Idempotency-Key`. */
export function batchOf(
  request: ProtocolRequest,
  decoder: string,
  { params = {}, body = request.body }: { params?: Readonly<Record<string, string>>; body?: Buffer } = {}
): Batch {
  const key = request.header('idempotency-key');
  return {
    ...{ decoder, params, body, receivedAt: request.receivedAt, from: request.from },
    ...(key ? { idempotencyKey: key.length <= LONGEST_KEY ? key : `sha256:${hash('sha256', key)}` } : {}),
  };
}
