import { ApitrailError } from '@apitrail/contract';

import { measure } from './measured';
import { readValue } from './protobuf-values';
import type { Resource } from './resource';
import { contested, SPAN_FIELDS } from './signals';
import { WireReader } from './wire-reader';
import { RequestRecord } from '../../normalise';
import { BodyWords, hashOf } from '../../record-lines/body-words';
import { InternTable } from '../../record-lines/intern-table';
import { RowAttributes } from '../../record-lines/row-attributes';

/** Different attributes, and different sets of them, that are remembered before all are begun anew. */
const MOST_ENTRIES = 32_768;
const MOST_SETS = 8192;
const MOST_RESOURCES = 1024;
/** Bytes that the texts of all of these may take. */
const MOST_BYTES = 2 * 2 ** 20;
/** Bytes of an attribute beyond which it is not remembered: the row goes the long way. */
const LONGEST = 4096;
/** Attributes of all sets that are remembered: each is in two objects. */
const MOST_ATTRIBUTES = 65_536;
/** Attributes of a row beyond which it goes the long way. */
const MOST_IN_SET = 127;

/** What an attribute becomes that is no column. */
interface Entry {
  /** Names and texts; none where it says nothing. */
  pairs: ReadonlyArray<readonly [name: string, text: string]>;
  /** What it counts: itself, and the characters in it. */
  attributes: number;
  characters: number;
}

/** Where an attribute stands: all of it, its name, and its value. */
export interface AttributePlace {
  start: number;
  end: number;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
}

/**
 * The attributes of rows that are no columns. Each different one is read once, by the long way, and so is each set of them:
 * the requests of a service share most of theirs.
 */
export class AttributeSets {
  /** By the name that is to be kept; those under their own names are under ''. */
  private tables = new Map<string, { texts: InternTable; ids: number[] }>();
  /** Undefined for what only the long way can do. */
  private entries: Array<Entry | undefined> = [];
  private sets = new InternTable();
  private values: Array<RowAttributes | undefined> = [];
  private resources = new Map<string, number>();
  /** Bytes of texts in `tables`, `entries` and `resources`. */
  private textBytes = 0;
  /** Attributes in `values`. */
  private held = 0;
  private readonly sequence = new Int32Array(MOST_IN_SET + 1);
  private readonly words = new BodyWords(Buffer.from(this.sequence.buffer));
  private length = 1;
  /** Grows when all is begun anew; ids of before mean nothing any more. */
  generation = 0;

  /** Begins anew when there is much; between rows only. */
  renew(): void {
    if (
      this.entries.length >= MOST_ENTRIES ||
      this.sets.count >= MOST_SETS ||
      this.held >= MOST_ATTRIBUTES ||
      this.resources.size >= MOST_RESOURCES ||
      this.bytes >= MOST_BYTES
    ) {
      this.tables = new Map();
      this.entries = [];
      this.sets = new InternTable();
      this.values = [];
      this.held = 0;
      this.resources = new Map();
      this.textBytes = 0;
      this.generation++;
    }
  }

  /** Bytes of all texts that are remembered. */
  get bytes(): number {
    return this.textBytes + this.sets.bytes;
  }

  /** The number of what a resource gives every row below it; see `ResourceRow` for those that give much. */
  resource({ attributes }: RequestRecord): number {
    const text = attributes === undefined ? '' : JSON.stringify(Object.entries(attributes));
    let id = this.resources.get(text);
    if (id === undefined) {
      id = this.resources.size;
      this.resources.set(text, id);
      this.textBytes += 2 * text.length;
    }
    return id;
  }

  /** Begins with the attributes of another row. */
  begin(): void {
    this.length = 1;
  }

  /** Adds an attribute under its own name, or as `name`; gives what it is, or undefined when the row must go the long way. */
  add(words: BodyWords, place: AttributePlace, name = ''): Entry | undefined {
    let table = this.tables.get(name);
    if (!table) {
      table = { texts: new InternTable(), ids: [] };
      this.tables.set(name, table);
    }
    const { start, end } = place;
    if (end - start > LONGEST) {
      return undefined;
    }
    const known = table.texts.idOf(words, start, end, hashOf(words, start, end));
    if (known < 0 || this.length > MOST_IN_SET) {
      return undefined;
    }
    if (known === table.ids.length) {
      table.ids.push(this.entries.length);
      const entry = entryOf(words.bytes, place, name);
      this.entries.push(entry);
      this.textBytes += end - start + textBytesOf(entry);
    }
    const id = table.ids[known]!;
    const entry = this.entries[id];
    if (entry !== undefined && entry.pairs.length > 0) {
      this.sequence[this.length++] = id;
    }
    return entry;
  }

  /** The attributes that were added, with those of the resource; undefined without any. */
  take(resourceId: number, resource: Resource): RowAttributes | undefined {
    this.sequence[0] = resourceId;
    const end = this.length * 4;
    const id = this.sets.idOf(this.words, 0, end, hashOf(this.words, 0, end));
    if (id < 0) {
      return this.compose(resource);
    }
    if (id === this.values.length) {
      this.values.push(this.compose(resource));
      this.held += this.length - 1 + resource.attributes;
    }
    return this.values[id];
  }

  private compose(resource: Resource): RowAttributes | undefined {
    const record = new RequestRecord();
    for (let index = 1; index < this.length; index++) {
      for (const [name, text] of this.entries[this.sequence[index]!]!.pairs) {
        record.setAttribute(name, text);
      }
    }
    resource.fillIn(record);
    return record.attributes && new RowAttributes(record.attributes);
  }
}

function textBytesOf(entry: Entry | undefined): number {
  return entry?.pairs.reduce((sum, [name, text]) => sum + 2 * (name.length + text.length), 0) ?? 0;
}

function entryOf(
  bytes: Buffer,
  { end, keyStart, keyEnd, valueStart }: AttributePlace,
  name: string
): Entry | undefined {
  const reader = new WireReader(bytes);
  reader.position = valueStart;
  try {
    const value = readValue(reader, end, 0);
    // The members of a map may be columns.
    if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) {
      return undefined;
    }
    const record = new RequestRecord();
    if (name === '') {
      SPAN_FIELDS.put(record, SPAN_FIELDS.read(bytes, keyStart, keyEnd), value);
      contested.reset();
    } else {
      record.setAttribute(name, String(value));
    }
    const counted = { attributes: 1, characters: 0 };
    measure(value, counted);
    return { pairs: Object.entries(record.attributes ?? {}), ...counted };
  } catch (error) {
    if (error instanceof ApitrailError) {
      return undefined;
    }
    throw error;
  }
}
