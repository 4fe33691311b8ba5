import { ApitrailError } from '@apitrail/contract';

import { lineText } from '../../import/lines';
import { BodyWords, commonLength } from '../../record-lines/body-words';
import { BodyBounds, boundLines } from '../shared/body-bounds';

export const BULK_ACTIONS = ['index', 'create', 'update', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** One action of a `_bulk` body. */
export interface BulkItem {
  action: BulkAction;
  index: string;
  /** Set where the sender named the document. */
  id: string | undefined;
}

/** Where an action’s lines stand in the body. */
export interface BulkPlace {
  /** The action’s own line, up to behind its line end. */
  start: number;
  /** The document’s line; that of the next action for `delete`, which has none. */
  document: number;
}

/** Called for each action. Gives what is just behind its document. */
export type BulkVisitor = (item: BulkItem, place: BulkPlace) => number;

const LONGEST_ACTION = 8192;
const LONGEST_ID_BYTES = 512;
const LONGEST_INDEX = 255;
/** An action in which nothing is escaped and the document is named once. */
const NAMED_ACTION =
  /^(\{"(?:create|index)":\{(?:"(?!_id")\w+":"[^"\\]*",)*"_id":")[^"\\]+("(?:,"(?!_id")\w+":"[^"\\]*")*\}\})$/;

/**
 * Goes through the actions of a `_bulk` body, in its order. Throws APITRAIL_BAD_BODY, as Elasticsearch refuses all of a
 * body, where an action cannot be read, is of no index, has no document or is not ended by a line end.
 */
export function eachAction(body: Buffer, defaultIndex: string | undefined, visit: BulkVisitor): void {
  if (body.length === 0) {
    throw bad('request body is required');
  }
  if (body[body.length - 1] !== 10) {
    throw bad('The bulk request must be terminated by a newline [\\n]');
  }
  // An action and its document stand on two lines.
  boundLines(body, 2);
  const bounds = new BodyBounds();
  const actions = new ActionReader(body, defaultIndex);
  let line = 0;
  for (let start = 0; start < body.length;) {
    line++;
    const item = actions.read(start, line);
    if (item) {
      if (item.action !== 'delete' && actions.end === body.length) {
        throw bad(`The bulk request ends before the document of the action in line [${line}]`);
      }
      bounds.item();
      line += item.action === 'delete' ? 0 : 1;
      start = visit(item, { start, document: actions.end });
    } else {
      start = actions.end;
    }
  }
}

/** The actions of a `_bulk` body; see `eachAction`. */
export function readBulk(body: Buffer, defaultIndex: string | undefined): BulkItem[] {
  const items: BulkItem[] = [];
  eachAction(body, defaultIndex, (item, { document }) => {
    items.push(item);
    return item.action === 'delete' ? document : body.indexOf(10, document) + 1;
  });
  return items;
}

/** Reads action lines. Most senders write the same before every document, or all but the id. */
class ActionReader {
  /** Just behind the line that was read last. */
  end = 0;
  private readonly words: BodyWords;
  private last: BulkItem | undefined;
  private lastStart = 0;
  private lastLength = 0;
  /** What stands before and behind the id of a document, where it may be another one. */
  private frame: { before: Buffer; behind: Buffer; action: BulkAction; index: string } | undefined;

  constructor(
    private readonly body: Buffer,
    private readonly defaultIndex: string | undefined
  ) {
    this.words = new BodyWords(body);
  }

  /** The action in the line at `start`; undefined for one that is blank. */
  read(start: number, line: number): BulkItem | undefined {
    const { last, lastLength } = this;
    if (last && commonLength(this.words, this.lastStart, start, lastLength) === lastLength) {
      this.end = start + lastLength;
      return last;
    }
    const end = this.body.indexOf(10, start);
    this.end = end + 1;
    const framed = this.readFramed(start, end);
    if (framed) {
      return framed;
    }
    const text = lineText(this.body.subarray(start, end));
    if (text.trim() === '') {
      return undefined;
    }
    const item = readAction(text, line, this.defaultIndex);
    [this.last, this.lastStart, this.lastLength] = [item, start, this.end - start];
    const [, before, behind] = NAMED_ACTION.exec(text) ?? [];
    this.frame =
      before === undefined
        ? undefined
        : { before: Buffer.from(before), behind: Buffer.from(`${behind}\n`), action: item.action, index: item.index };
    return item;
  }

  /** An action that is the one before but for its id, in printable ASCII. */
  private readFramed(start: number, end: number): BulkItem | undefined {
    const { frame, body } = this;
    if (
      !frame ||
      end - start > LONGEST_ACTION ||
      !this.has(frame.before, start) ||
      !this.has(frame.behind, end + 1 - frame.behind.length)
    ) {
      return undefined;
    }
    const from = start + frame.before.length;
    const to = end + 1 - frame.behind.length;
    if (to <= from || to - from > LONGEST_ID_BYTES) {
      return undefined;
    }
    for (let at = from; at < to; at++) {
      const byte = body[at]!;
      if (byte < 32 || byte > 126 || byte === 34 || byte === 92) {
        return undefined;
      }
    }
    return { action: frame.action, index: frame.index, id: body.toString('latin1', from, to) };
  }

  private has(bytes: Buffer, start: number): boolean {
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] !== this.body[start + at]) {
        return false;
      }
    }
    return true;
  }
}

function readAction(text: string, line: number, defaultIndex: string | undefined): BulkItem {
  const malformed = (what: string): ApitrailError => bad(`Malformed action/metadata line [${line}], ${what}`, line);
  if (text.length > LONGEST_ACTION) {
    throw malformed(`longer than ${LONGEST_ACTION} characters`);
  }
  const object = objectOf(text);
  const [[name, meta] = [], ...others] = Object.entries(object ?? {});
  const action = BULK_ACTIONS.find((known) => known === name);
  if (!action || others.length > 0) {
    throw malformed('expected one field [create], [delete], [index] or [update]');
  }
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    throw malformed('expected an object with the metadata of the action');
  }
  const { _index, _id } = meta as Record<string, unknown>;
  const index = _index === undefined || _index === null ? defaultIndex : _index;
  if (index === undefined) {
    throw bad(`Validation Failed: index is missing in line [${line}];`, line);
  }
  if (typeof index !== 'string' || index === '' || index.length > LONGEST_INDEX) {
    throw malformed('[_index] is no name of an index');
  }
  const id = typeof _id === 'number' ? String(_id) : (_id ?? undefined);
  if (id !== undefined && (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > LONGEST_ID_BYTES)) {
    throw malformed(`[_id] must be a text of 1 to ${LONGEST_ID_BYTES} bytes`);
  }
  return { action, index, id };
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function bad(message: string, line?: number): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', message, line === undefined ? {} : { where: `line ${line}` });
}
