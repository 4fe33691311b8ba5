import type { AttributeValue } from './attribute-value';

/** What the value of an attribute counts beside being one: members of maps, and characters of all text. */
export interface Measure {
  attributes: number;
  characters: number;
}

/** Adds what a value counts. */
export function measure(value: AttributeValue, into: Measure): void {
  if (typeof value === 'string') {
    into.characters += value.length;
  } else if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) {
        into.attributes++;
      }
      into.characters += key.length + (typeof inner === 'string' ? 0 : 8);
      measure(inner, into);
    }
  }
}
