import type { AttributeValue } from './attribute-value';
import { isPlain, sameText, slotOf } from './text-cache';
import { attributeField, type FieldSetter } from '../../normalise/fields';
import { storableText } from '../../normalise/values';
import type { RequestRecord } from '../../normalise';

/** An attribute by its name, and what is done with its values. */
export interface Field {
  readonly name: string;
  readonly set: FieldSetter;
}

const SLOTS = 4096;
/** Names that are remembered, and how long they are: those of senders are few and short, those of a hostile one are not. */
const REMEMBERED = 10_000;
const LONGEST = 256;
/** Maps nested deeper than this become JSON, as in the format `json`. */
const DEEPEST_FIELD = 8;
/** Headers are lists, as they may come several times (RFC 9110, 5.3). */
const HEADER = /^http\.(?:request|response)\.header\./;

/** What is done with attributes, by name; what is done is looked up once per name, not per value. */
export class FieldTable {
  private readonly byName = new Map<string, Field>();
  private readonly slots: Array<Field | undefined> = new Array<Field | undefined>(SLOTS).fill(undefined);

  /** `known` gives what is done with a name; undefined keeps the value as an attribute of that name. */
  constructor(private readonly known: (name: string) => FieldSetter | undefined) {}

  /** The field of a name. */
  named(name: string): Field {
    const present = this.byName.get(name);
    if (present) {
      return present;
    }
    const stored = storableText(name);
    const field = { name: stored, set: this.known(stored) ?? attributeField(stored) };
    if (this.byName.size < REMEMBERED && name.length <= LONGEST) {
      this.byName.set(name, field);
    }
    return field;
  }

  /** The field whose name stands in a part of the bytes. */
  read(bytes: Buffer, start: number, end: number): Field {
    const slot = slotOf(bytes, start, end) & (SLOTS - 1);
    const present = this.slots[slot];
    if (present !== undefined && sameText(present.name, bytes, start, end - start)) {
      return present;
    }
    const field = this.named(bytes.toString('utf8', start, end));
    if (end - start <= LONGEST && isPlain(bytes, start, end)) {
      this.slots[slot] = field;
    }
    return field;
  }

  /** Puts a value into a record: members of maps as fields of their own, lists as their JSON. */
  put(record: RequestRecord, field: Field, value: AttributeValue, depth = 0): void {
    if (typeof value === 'string') {
      field.set(record, value);
    } else if (typeof value === 'number') {
      field.set(record, Number.isFinite(value) ? value : String(value));
    } else if (typeof value === 'boolean') {
      field.set(record, String(value));
    } else if (!Array.isArray(value) && depth < DEEPEST_FIELD) {
      for (const [name, inner] of Object.entries(value)) {
        this.put(record, this.named(`${field.name}.${name}`), inner, depth + 1);
      }
    } else if (HEADER.test(field.name) && Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      field.set(record, value.join(', '));
    } else {
      field.set(record, storableText(JSON.stringify(value)));
    }
  }
}
