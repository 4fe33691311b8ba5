import { ApitrailError } from '@apitrail/contract';

import { exportAnswer, JSON_TYPE, PROTOBUF, refusalAnswer, type PartialSuccess } from './answers';
import { logsJson, logsProtobuf, tracesJson, tracesProtobuf } from './decoders';
import { countPoints, countPointsJson } from './metrics';
import { rowsOf, type Decoded, type Decoder } from '../../intake/decoder';
import { batchOf } from '../shared/batch-of';
import type { Protocol, ProtocolReply, ProtocolRequest, ProtocolRoute } from '../protocol';

interface Signal {
  path: string;
  protobuf: Decoder;
  json: Decoder;
  counted: PartialSuccess['counted'];
  /** What one item is called, for messages. */
  item: string;
}

/** Reasons that are told in a partial success; all of them are among the dead letters. */
const TOLD_REASONS = 3;

function isProtobuf({ mediaType }: ProtocolRequest): boolean {
  if (mediaType !== PROTOBUF && mediaType !== JSON_TYPE) {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_MEDIA_TYPE',
      `OTLP comes as ${PROTOBUF} or ${JSON_TYPE}, and this is ${mediaType || 'without a content type'}.`,
      { where: 'Content-Type' }
    );
  }
  return mediaType === PROTOBUF;
}

function route({ path, protobuf, json, counted, item }: Signal): ProtocolRoute {
  return {
    method: 'POST',
    path,
    async answer(request, intake) {
      const decoder = isProtobuf(request) ? protobuf : json;
      const { body, receivedAt, mediaType } = request;
      const decoded = decoder.decode(body, { params: {}, receivedAt });
      const { rejects, ignored = 0 } = decoded;
      const { known, repeated } = await intake.submit(batchOf(request, decoder.name), decoded);
      request.note({ records: rowsOf(decoded), rejects: rejects.length, ignored, known: known.length, repeated });
      return exportAnswer(mediaType, partialSuccess(decoded, counted, item));
    },
  };
}

function partialSuccess(
  { rejects }: Decoded,
  counted: PartialSuccess['counted'],
  item: string
): PartialSuccess | undefined {
  if (rejects.length === 0) {
    return undefined;
  }
  const told = rejects.slice(0, TOLD_REASONS).map(({ index, reason }) => `${item} ${index} ${reason}`);
  const more = rejects.length - told.length;
  const message = `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}. \`apitrail rejects\` lists them.`;
  return { counted, rejected: rejects.length, message };
}

/**
 * Metrics are no requests. SDKs send them to the same address unless they are told not to: an error status would be logged
 * every minute by each of them without saying what to do, and a plain success would be a lie.
 */
const metrics: ProtocolRoute = {
  method: 'POST',
  path: '/v1/metrics',
  async answer(request): Promise<ProtocolReply> {
    const rejected = isProtobuf(request) ? countPoints(request.body) : countPointsJson(request.body);
    request.note({ points: rejected });
    return exportAnswer(
      request.mediaType,
      rejected === 0
        ? undefined
        : {
            counted: 'rejectedDataPoints',
            rejected,
            message:
              'Apitrail takes requests out of traces and logs, and no metrics. Set OTEL_METRICS_EXPORTER=none, or send metrics elsewhere with OTEL_EXPORTER_OTLP_METRICS_ENDPOINT.',
          }
    );
  },
};

/** OTLP over HTTP: traces and logs, in protobuf and JSON. */
export const otlp: Protocol = {
  name: 'otlp',
  routes: [
    route({
      path: '/v1/traces',
      protobuf: tracesProtobuf,
      json: tracesJson,
      counted: 'rejectedSpans',
      item: 'span',
    }),
    route({
      path: '/v1/logs',
      protobuf: logsProtobuf,
      json: logsJson,
      counted: 'rejectedLogRecords',
      item: 'log record',
    }),
    metrics,
  ],
  decoders: [tracesProtobuf, tracesJson, logsProtobuf, logsJson],
  refuse: (refusal, { mediaType }) => refusalAnswer(refusal, mediaType),
};
