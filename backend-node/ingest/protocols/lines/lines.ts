import { ApitrailError } from '@apitrail/contract';

import { rowsOf, type Decoded } from '../../intake/decoder';
import type { Intake } from '../../intake/intake';
import type { Protocol, ProtocolReply, ProtocolRequest, Refusal } from '../protocol';
import { batchOf } from '../shared/batch-of';
import { lineDecoder } from './line-decoder';
import { lineParams } from './line-params';

/** Rejected lines that an answer names. */
const NAMED_ERRORS = 20;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]+$/;

/** Lines of any import format, `POST /ingest/<format>`: for curl, and for senders that can post to an address. */
export const lines: Protocol = {
  name: 'lines',
  routes: (['POST', 'PUT'] as const).map((method) => ({ method, path: '/ingest/:format', answer: answerLines })),
  decoders: [lineDecoder],
  refuse,
};

async function answerLines(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const params = lineParams(request);
  checkIdempotencyKey(request.header('idempotency-key'));
  const decoded = lineDecoder.decode(request.body, { params, receivedAt: request.receivedAt });
  const { rejects } = decoded;
  const accepted = rowsOf(decoded);
  request.note({ records: accepted, rejects: rejects.length });
  const keep = request.query.rejects === 'keep' && rejects.length > 0;
  if (accepted === 0 && rejects.length > 0 && !keep) {
    throw nothingFits(decoded, params.format!);
  }
  const repeated =
    (accepted > 0 || keep) && (await intake.submit(batchOf(request, lineDecoder.name, { params }), decoded)).repeated;
  return {
    status: 200,
    body: JSON.stringify({ accepted, rejected: rejects.length, repeated, errors: errorsOf(decoded) }),
  };
}

function errorsOf({ rejects }: Decoded): Array<{ line: number; reason: string }> {
  return rejects.slice(0, NAMED_ERRORS).map(({ index, reason }) => ({ line: index + 1, reason }));
}

function nothingFits({ rejects }: Decoded, format: string): ApitrailError {
  const [name] = format.split(':', 1);
  const [{ index, reason }] = rejects as [Decoded['rejects'][0]];
  return new ApitrailError(
    'APITRAIL_BAD_BODY',
    `Not one of ${rejects.length} lines is a request in the format ${name}, and nothing was taken in; line ${index + 1} ${reason}.`,
    { where: `line ${index + 1}` }
  );
}

function checkIdempotencyKey(key: string | undefined): void {
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key)) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'Idempotency-Key must be printable characters without spaces.', {
      where: 'Idempotency-Key',
    });
  }
}

function refuse({ code, status, message, where }: Refusal): ProtocolReply {
  return { status, body: JSON.stringify({ error: { code, message, ...(where ? { where } : {}) } }) };
}
