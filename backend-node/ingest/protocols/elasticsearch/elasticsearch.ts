import { ApitrailError } from '@apitrail/contract';

import { rowsOf } from '../../intake/decoder';
import type { Intake } from '../../intake/intake';
import { Overload } from '../../intake/overload';
import { apiKeyToken } from '../credentials';
import type { Protocol, ProtocolReply, ProtocolRequest, ProtocolRoute } from '../protocol';
import { batchOf } from '../shared/batch-of';
import { bulkDecoder, decodeBulk } from './bulk-decoder';
import { bulkEntries, overloadedEntries, type BulkEntry, type ItemReply } from './bulk-reply';
import { elasticRefusal, elasticReply } from './elastic-reply';
import { handshakeRoutes } from './handshake';

/**
 * What shippers and clients of Elasticsearch need to write: `_bulk`, single documents, and what they ask first. Nothing can
 * be searched, changed or deleted.
 */
export const elasticsearch: Protocol = {
  name: 'elasticsearch',
  routes: [
    ...both('/_bulk', answerBulk),
    ...both('/:index/_bulk', answerBulk),
    ...both('/:index/_doc/:id', (request, intake) => answerDocument(request, intake, 'index')),
    ...both('/:index/_create/:id', (request, intake) => answerDocument(request, intake, 'create')),
    { method: 'POST', path: '/:index/_doc', answer: (request, intake) => answerDocument(request, intake, 'index') },
    ...handshakeRoutes,
  ],
  decoders: [bulkDecoder],
  token: apiKeyToken,
  refuse: elasticRefusal,
  owns: (path) => /^\/(?:[^/]+\/)?_[a-z]/.test(path),
};

function both(path: string, answer: ProtocolRoute['answer']): ProtocolRoute[] {
  return (['POST', 'PUT'] as const).map((method) => ({ method, path, answer }));
}

/** Shippers that take 200 for a success whatever the entries say, and send again after 429; others end at 429 for all. */
const STATUS_ONLY = /^(syslog-ng|Vector)\b/i;

async function answerBulk(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const started = performance.now();
  const { entries, overload } = await takeIn(request, intake, request.body);
  if (overload && STATUS_ONLY.test(request.header('user-agent') ?? '')) {
    throw overload;
  }
  const errors = entries.some((entry) => replyOf(entry).status >= 400);
  const headers: Record<string, string> = overload ? { 'retry-after': String(overload.retryAfterSeconds) } : {};
  return elasticReply(request, { errors, took: Math.round(performance.now() - started), items: entries }, 200, headers);
}

/** A document alone is a `_bulk` of one action, so that it is kept and read again like all others. */
async function answerDocument(
  request: ProtocolRequest,
  intake: Intake,
  wanted: 'index' | 'create'
): Promise<ProtocolReply> {
  const { index, id } = request.params;
  const action = request.query.op_type === 'create' ? 'create' : wanted;
  const meta = JSON.stringify({ [action]: { _index: index, ...(id === undefined ? {} : { _id: id }) } });
  const { entries, overload } = await takeIn(
    request,
    intake,
    Buffer.concat([Buffer.from(`${meta}\n`), onOneLine(request.body), Buffer.from('\n')])
  );
  if (overload) {
    throw overload;
  }
  const { status, error, ...reply } = replyOf(entries[0]!);
  return error === undefined
    ? elasticReply(request, reply, status)
    : elasticReply(request, { error: { root_cause: [error], ...error }, status }, status);
}

/** Line ends of JSON stand between its tokens, where a space means the same. */
function onOneLine(document: Buffer): Buffer {
  return Buffer.from(document.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)));
}

async function takeIn(
  request: ProtocolRequest,
  intake: Intake,
  body: Buffer
): Promise<{ entries: BulkEntry[]; overload?: Overload }> {
  const params = paramsOf(request);
  const bulk = decodeBulk(body, { params, receivedAt: request.receivedAt });
  request.note({ records: rowsOf(bulk.decoded), rejects: bulk.decoded.rejects.length });
  if (bulk.items.length === 0) {
    throw new ApitrailError('APITRAIL_BAD_BODY', 'Validation Failed: 1: no requests added;');
  }
  try {
    const receipt = await intake.submit(batchOf(request, bulkDecoder.name, { params, body }), bulk.decoded);
    return { entries: bulkEntries(bulk, receipt) };
  } catch (error) {
    if (!(error instanceof Overload)) {
      throw error;
    }
    request.note({ code: error.code });
    return { entries: overloadedEntries(bulk, error), overload: error };
  }
}

/** `service` and `environment` are Apitrail’s own parameters, for documents that do not name theirs. */
function paramsOf({ params, query }: ProtocolRequest): Record<string, string> {
  const { index } = params;
  const { service, environment } = query;
  return { ...(index ? { index } : {}), ...(service ? { service } : {}), ...(environment ? { environment } : {}) };
}

function replyOf(entry: BulkEntry): ItemReply & { error?: object } {
  return Object.values(entry)[0]!;
}
