import { isAscii } from 'node:buffer';

import { Reject } from '../../formats';
import { eachLine, lineText } from '../../import/lines';
import { BLOCK_BYTES } from '../../import/text-blocks';
import type { Decoded, DecodeContext, Decoder } from '../../intake/decoder';
import { normaliseRecord, type RequestRecord } from '../../normalise';
import { RecordChunks } from '../../record-lines';
import { BodyBounds } from '../shared/body-bounds';
import { messageToRecord } from '../shared/message';
import { eachAction, type BulkItem } from './bulk-body';
import { ecsSink } from './ecs-fields';

/** Roughly what a row takes that was read the short way. */
const SHORT_ROW_BYTES = 256;

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

/** What it remembers is only how to be quick; bodies share it. */
const SINK = ecsSink();
/** Documents after which, when none was for the short way, none is tried any more. */
const TRIED_DOCUMENTS = 32;

/**
 * The same with the actions themselves, which an answer names. Documents that are lines in the record’s own names are read
 * as those are.
 */
export function decodeBulk(body: Buffer, context: DecodeContext): DecodedBulk {
  const { params, receivedAt, judgedAt = receivedAt } = context;
  const { service, environment } = params;
  const defaults = {
    source: 'elasticsearch',
    ...(service === undefined ? {} : { service }),
    ...(environment === undefined ? {} : { environment }),
  };
  const items: BulkItem[] = [];
  const taken = new TakenDocuments(body);
  const short = new RecordChunks(body, defaults, judgedAt);
  let tries = context.recordsOnly ? 0 : TRIED_DOCUMENTS;
  eachAction(body, params.index, (item, { start, document }) => {
    const index = items.push(item) - 1;
    if (item.action === 'delete') {
      taken.reject(index, NO_CHANGES, start, document);
      return document;
    }
    if (tries > 0 && item.action !== 'update') {
      const behind = short.read(document);
      if (behind !== undefined) {
        tries = Infinity;
        taken.row(item);
        return behind;
      }
      tries--;
    }
    const end = body.indexOf(10, document) + 1;
    const record = taken.read(item, document, end);
    const reason = record instanceof Reject ? record : normaliseRecord(record, defaults, judgedAt);
    if (record instanceof Reject || reason !== undefined) {
      taken.reject(index, record instanceof Reject ? record : new Reject(reason as string), start, end);
    } else {
      taken.record(item, index, record);
    }
    return end;
  });
  if (short.count === 0) {
    short.release();
  }
  return { items, decoded: taken.decoded(short) };
}

/** What was made of the documents of a body. */
class TakenDocuments {
  private readonly bounds = new BodyBounds();
  private readonly records: RequestRecord[] = [];
  private readonly indexes: number[] = [];
  private readonly ids: Array<string | undefined> = [];
  private readonly rowIds: Array<string | undefined> = [];
  private readonly rowPlaces: number[] = [];
  private readonly rejects: Decoded['rejects'] = [];
  private ascii: boolean | undefined;

  constructor(private readonly body: Buffer) {}

  /** Reads a document the long way. */
  read({ action }: BulkItem, start: number, end: number): RequestRecord | Reject {
    if (action === 'update') {
      return NO_CHANGES;
    }
    this.ascii ??= isAscii(this.body);
    const document = lineText(this.body.subarray(start, end - 1), this.ascii);
    if (document.length > BLOCK_BYTES) {
      return TOO_LONG;
    }
    return document.trimStart().startsWith('{') ? messageToRecord(document, { sink: SINK }) : NO_OBJECT;
  }

  record(item: BulkItem, index: number, record: RequestRecord): void {
    this.bounds.record(record);
    this.records.push(record);
    this.indexes.push(index);
    this.ids.push(nameOf(item));
  }

  /** A document that was read the short way. */
  row(item: BulkItem): void {
    this.bounds.take(SHORT_ROW_BYTES);
    this.rowPlaces.push(this.records.length + this.rowPlaces.length);
    this.rowIds.push(nameOf(item));
  }

  /** The action’s lines stand in the body from `start` to `end`: the text is a body that has this action alone. */
  reject(index: number, { reason }: Reject, start: number, end: number): void {
    let text = '';
    eachLine(this.body.subarray(start, end), (line) => (text += `${line}\n`));
    this.bounds.reject(text.length);
    this.rejects.push({ index, reason, text });
  }

  decoded(rows: RecordChunks): Decoded {
    const { records, indexes, ids, rowIds, rowPlaces, rejects, bounds } = this;
    const decoded = { records, indexes, rejects, ids, memory: bounds.memory };
    return rows.count === 0 ? decoded : { ...decoded, rows: Object.assign(rows, { ids: rowIds, places: rowPlaces }) };
  }
}

/** The name of a document, where it has one, among those of all indices. */
function nameOf({ index, id }: BulkItem): string | undefined {
  return id === undefined ? undefined : `${index}/${id}`;
}
