import { Reject } from '../../formats';
import { BLOCK_BYTES } from '../../import/text-blocks';
import type { Decoded, DecodeContext, Decoder } from '../../intake/decoder';
import { normaliseRecord, type RequestRecord } from '../../normalise';
import { BodyBounds } from '../shared/body-bounds';
import { messageToRecord } from '../shared/message';
import { readBulk, type BulkItem } from './bulk-body';
import { ecsSink } from './ecs-fields';

const NO_CHANGES = new Reject('changes a document; requests are taken in and not changed');
const TOO_LONG = new Reject(`is longer than ${BLOCK_BYTES} characters`);
const NO_OBJECT = new Reject('is not a JSON object');

/** A `_bulk` body with its actions, and what became of each. */
export interface DecodedBulk {
  items: BulkItem[];
  decoded: Decoded;
}

/** Records of a `_bulk` body. Items are its actions, from 0; `params` may have `index`, `service` and `environment`. */
export const bulkDecoder: Decoder = {
  name: 'elasticsearch',
  decode: (body, context) => decodeBulk(body, context).decoded,
};

/** The same with the actions themselves, which an answer names. */
export function decodeBulk(body: Buffer, { params, receivedAt, judgedAt = receivedAt }: DecodeContext): DecodedBulk {
  const items = readBulk(body, params.index);
  const { service, environment } = params;
  const defaults = {
    source: 'elasticsearch',
    ...(service === undefined ? {} : { service }),
    ...(environment === undefined ? {} : { environment }),
  };
  const sink = ecsSink();
  const bounds = new BodyBounds();
  const records: RequestRecord[] = [];
  const indexes: number[] = [];
  const ids: Array<string | undefined> = [];
  const rejects: Decoded['rejects'] = [];
  items.forEach((item, index) => {
    const record = recordOf(item, sink);
    const reason = record instanceof Reject ? record.reason : normaliseRecord(record, defaults, judgedAt);
    if (record instanceof Reject || reason !== undefined) {
      const text = textOf(item);
      bounds.reject(text.length);
      rejects.push({ index, reason: reason ?? '', text });
      return;
    }
    bounds.record(record);
    records.push(record);
    indexes.push(index);
    ids.push(item.id === undefined ? undefined : `${item.index}/${item.id}`);
  });
  return { items, decoded: { records, indexes, rejects, ids, memory: bounds.memory } };
}

/** A body that has this action alone. */
function textOf({ line, document }: BulkItem): string {
  return document === undefined ? `${line}\n` : `${line}\n${document}\n`;
}

function recordOf({ action, document = '' }: BulkItem, sink: ReturnType<typeof ecsSink>): RequestRecord | Reject {
  if (action === 'update' || action === 'delete') {
    return NO_CHANGES;
  }
  if (document.length > BLOCK_BYTES) {
    return TOO_LONG;
  }
  return document.trimStart().startsWith('{') ? messageToRecord(document, { sink }) : NO_OBJECT;
}
