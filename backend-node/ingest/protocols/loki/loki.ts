import { createHash } from 'node:crypto';

import { ApitrailError } from '@apitrail/contract';

import { VERSION } from '../../../config/version';
import { Overload } from '../../intake/overload';
import type { Intake } from '../../intake/intake';
import {
  plainStatus,
  type Protocol,
  type ProtocolReply,
  type ProtocolRequest,
  type ProtocolRoute,
  type Refusal,
} from '../protocol';
import { batchOf } from '../shared/batch-of';
import { lokiPushes, readPush, type PushFault } from './pushes';
import { unsnappy } from './snappy';

/** Most bytes of a push when decompressed. */
const MOST_BYTES = 24 * 1024 * 1024;
const MOST_FAULTS_TOLD = 20;
const TEXT = 'text/plain; charset=utf-8';

/** Grafana Loki’s push, as JSON and as Protocol Buffers in Snappy. */
export const loki: Protocol = {
  name: 'loki',
  routes: [
    push('/loki/api/v1/push'),
    push('/api/prom/push'),
    get('/ready', (intake) => {
      const busy = overloadOf(intake);
      return busy
        ? { status: 503, type: TEXT, body: `${busy.message}\n` }
        : { status: 200, type: TEXT, body: 'ready\n' };
    }),
    get('/loki/api/v1/status/buildinfo', () => ({
      status: 200,
      body: JSON.stringify({
        version: VERSION,
        revision: '',
        branch: '',
        buildUser: 'apitrail',
        buildDate: '',
        goVersion: '',
      }),
    })),
  ],
  decoders: [lokiPushes],
  refuse: ({ code, status, message }: Refusal) => ({
    // Loki says 429 when a client is to slow down; 503 is for when nothing can be taken at all.
    status: code === 'APITRAIL_INGEST_BUSY' ? 429 : plainStatus({ code, status }),
    type: TEXT,
    body: `${message}\n`,
  }),
};

function get(path: string, answer: (intake: Intake) => ProtocolReply): ProtocolRoute {
  return { method: 'GET', path, open: true, answer: (_, intake) => Promise.resolve(answer(intake)) };
}

function push(path: string): ProtocolRoute {
  return { method: 'POST', path, ownCodings: ['snappy'], answer: answerPush };
}

/**
 * As Loki does: what is good is kept, and on the disk, before 400 says what was not. A push that comes again byte for byte
 * is known: its lines are of the same streams, times and words, which Loki takes once.
 */
async function answerPush(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const form = formOf(request.mediaType);
  const body = form === 'protobuf' ? unsnappy(request.body, MOST_BYTES) : request.body;
  const params = { form };
  const { decoded, entries, faults } = readPush(body, { params, receivedAt: request.receivedAt });
  if (entries > 0) {
    const batch = batchOf(request, lokiPushes.name, { params, body });
    await intake.submit({ idempotencyKey: `loki:${digestOf(body)}`, ...batch }, decoded);
  }
  request.note({ records: decoded.records.length, rejects: decoded.rejects.length });
  return faults.length > 0 ? { status: 400, type: TEXT, body: textOf(faults) } : { status: 204 };
}

function formOf(mediaType: string): 'json' | 'protobuf' {
  if (mediaType === 'application/json') {
    return 'json';
  }
  if (mediaType === 'application/x-protobuf' || mediaType === '') {
    return 'protobuf';
  }
  throw new ApitrailError(
    'APITRAIL_UNSUPPORTED_MEDIA_TYPE',
    'The content type is neither application/json nor application/x-protobuf.'
  );
}

function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}

function textOf(faults: readonly PushFault[]): string {
  const told = faults
    .slice(0, MOST_FAULTS_TOLD)
    .map(
      ({ stream, entries, reason }) =>
        `stream ${stream + 1}: ${entries === 1 ? 'an entry was not taken: it' : `${entries} entries were not taken: each`} ${reason}\n`
    );
  const more = faults.length - told.length;
  return told.join('') + (more > 0 ? `and ${more} more\n` : '');
}

function overloadOf(intake: Intake): Overload | undefined {
  try {
    intake.admit(0);
    return undefined;
  } catch (error) {
    if (error instanceof Overload) {
      return error;
    }
    throw error;
  }
}
