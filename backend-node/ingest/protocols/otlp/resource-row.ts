import type { AttributeSets } from './attribute-sets';
import type { Resource } from './resource';
import { BodyWords } from '../../record-lines/body-words';
import { REPEATED } from '../../record-lines/columns';
import type { RecordRows } from '../../record-lines/record-rows';
import type { RepeatedValues } from '../../record-lines/repeated-values';

/** What is no column of a resource’s rows, or is looked at elsewhere. */
const OTHER = new Set<string>(['time', 'seen', 'unusable', 'attributes']);
const COLUMNS: ReadonlySet<string> = new Set(REPEATED);
/** What a resource may say for its rows to go the short way, which remembers it: attributes, and characters in them. */
const MOST_ATTRIBUTES = 128;
const MOST_CHARACTERS = 16_384;

/** What a resource and its scope say of the rows below them, as ids of their tables. */
export class ResourceRow {
  /** Whether rows below it can be read the short way at all. */
  readonly isShort: boolean;
  private readonly texts: ReadonlyArray<readonly [column: number, text: string]>;
  private tables: readonly RepeatedValues[] | undefined;
  private ids: Array<readonly [column: number, id: number]> = [];
  private generation = -1;
  private attributesId = 0;

  constructor(private readonly resource: Resource) {
    const texts: Array<readonly [number, string]> = [];
    let isShort = true;
    for (const [name, value] of Object.entries(resource.record)) {
      if (value !== undefined && !OTHER.has(name)) {
        isShort &&= COLUMNS.has(name) && value !== '';
        texts.push([(REPEATED as readonly string[]).indexOf(name), String(value)]);
      }
    }
    this.isShort = isShort && isSmall(resource.record.attributes ?? {});
    this.texts = texts;
  }

  /** Puts ids where the row that is begun has none. False when the row must go the long way. */
  fillIn({ repeated, capacity, count, values }: RecordRows): boolean {
    if (this.tables !== values) {
      this.tables = values;
      this.ids = this.texts.map(([column, text]) => {
        const bytes = Buffer.from(text);
        const id = values[column]!.idOf(new BodyWords(bytes), 0, bytes.length);
        return [column, id >= 0 && values[column]!.values[id] === text ? id : -1] as const;
      });
    }
    for (const [column, id] of this.ids) {
      const cell = column * capacity + count;
      if (repeated[cell] === -1) {
        if (id < 0) {
          return false;
        }
        repeated[cell] = id;
      }
    }
    return true;
  }

  /** The number of its attributes. */
  attributes(sets: AttributeSets): number {
    if (this.generation !== sets.generation) {
      this.generation = sets.generation;
      this.attributesId = sets.resource(this.resource.record);
    }
    return this.attributesId;
  }
}

function isSmall(attributes: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(attributes);
  const characters = pairs.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  return pairs.length <= MOST_ATTRIBUTES && characters <= MOST_CHARACTERS;
}
