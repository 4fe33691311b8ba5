import type { Receipt } from '../../intake/intake';
import type { Overload } from '../../intake/overload';
import type { BulkItem } from './bulk-body';
import type { DecodedBulk } from './bulk-decoder';
import { elasticError, typeOf } from './elastic-reply';

/** What an answer to `_bulk` says of one action. */
export interface ItemReply {
  _index: string;
  _id: string | null;
  status: number;
  [field: string]: unknown;
}

/** One entry of `items`: what is said, under the name of the action. */
export type BulkEntry = Partial<Record<BulkItem['action'], ItemReply>>;

const SHARDS = { total: 1, successful: 1, failed: 0 };

/** What became of each action, in their order. */
export function bulkEntries({ items, decoded }: DecodedBulk, receipt: Receipt): BulkEntry[] {
  const reasons = new Map(decoded.rejects.map(({ index, reason }) => [index, reason]));
  const known = new Set(receipt.known);
  let place = 0;
  return items.map((item, index): BulkEntry => {
    const reason = reasons.get(index);
    if (reason !== undefined) {
      return { [item.action]: rejected(item, reason) };
    }
    const id = item.id ?? `${receipt.seq.toString(36)}-${index.toString(36)}`;
    return { [item.action]: known.has(place++) ? repeated(item, id, receipt) : created(item, id, receipt) };
  });
}

/** Every action is to be sent again: nothing was taken in, what cannot be understood neither. */
export function overloadedEntries({ items }: DecodedBulk, { code, message, status }: Overload): BulkEntry[] {
  const error = elasticError(typeOf({ code, status }), `${message} [${code}]`);
  return items.map(({ action, index, id }) => ({
    [action]: { _index: index, _id: id ?? null, status: 429, error },
  }));
}

function created({ index }: BulkItem, id: string, { seq }: Receipt): ItemReply {
  const seen = { _version: 1, result: 'created', _shards: SHARDS, _seq_no: seq, _primary_term: 1 };
  return { _index: index, _id: id, ...seen, status: 201 };
}

/** A document that is there already: `create` says so, `index` would write the same again. */
function repeated({ action, index }: BulkItem, id: string, { seq }: Receipt): ItemReply {
  if (action === 'create') {
    const reason = `[${id}]: version conflict, document already exists (current version [1])`;
    return { _index: index, _id: id, status: 409, error: elasticError('version_conflict_engine_exception', reason) };
  }
  const seen = { _version: 2, result: 'updated', _shards: SHARDS, _seq_no: seq, _primary_term: 1 };
  return { _index: index, _id: id, ...seen, status: 200 };
}

function rejected({ action, index, id }: BulkItem, reason: string): ItemReply {
  const type = action === 'index' || action === 'create' ? 'mapper_parsing_exception' : 'illegal_argument_exception';
  const text = `the document ${reason}; it lies among the rejects of Apitrail`;
  return { _index: index, _id: id ?? null, status: 400, error: elasticError(type, text) };
}
