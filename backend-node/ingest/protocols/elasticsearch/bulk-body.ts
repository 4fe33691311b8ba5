import { ApitrailError } from '@apitrail/contract';

import { eachLine } from '../../import/lines';
import { BodyBounds, boundLines } from '../shared/body-bounds';

export const BULK_ACTIONS = ['index', 'create', 'update', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** One action of a `_bulk` body. */
export interface BulkItem {
  action: BulkAction;
  index: string;
  /** Set where the sender named the document. */
  id: string | undefined;
  /** The action’s own line. */
  line: string;
  /** The document’s line; undefined for `delete`, which has none. */
  document: string | undefined;
}

type ActionLine = Omit<BulkItem, 'document'>;

const LONGEST_ACTION = 8192;
const LONGEST_ID_BYTES = 512;
const LONGEST_INDEX = 255;

/**
 * The actions of a `_bulk` body, in its order. Throws APITRAIL_BAD_BODY, as Elasticsearch refuses all of a body, where an
 * action cannot be read, is of no index, has no document or is not ended by a line end.
 */
export function readBulk(body: Buffer, defaultIndex: string | undefined): BulkItem[] {
  if (body.length === 0) {
    throw bad('request body is required');
  }
  if (body[body.length - 1] !== 10) {
    throw bad('The bulk request must be terminated by a newline [\\n]');
  }
  // An action and its document stand on two lines.
  boundLines(body, 2);
  const bounds = new BodyBounds();
  const items: BulkItem[] = [];
  let action: ActionLine | undefined;
  let line = 0;
  // Most senders write the same action before every document.
  let last: ActionLine | undefined;
  eachLine(body, (text) => {
    line++;
    if (action) {
      bounds.item();
      items.push({ ...action, document: text });
      action = undefined;
      return;
    }
    if (text.trim() === '') {
      return;
    }
    const found = last?.line === text ? last : readAction(text, line, defaultIndex);
    last = found;
    if (found.action === 'delete') {
      bounds.item();
      items.push({ ...found, document: undefined });
    } else {
      action = found;
    }
  });
  if (action) {
    throw bad(`The bulk request ends before the document of the action in line [${line}]`);
  }
  return items;
}

function readAction(text: string, line: number, defaultIndex: string | undefined): ActionLine {
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
  return { action, index, id, line: text };
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
