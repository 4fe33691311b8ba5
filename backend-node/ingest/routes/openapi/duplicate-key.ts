import type { Pointer } from './source-file';

/** A key that a map of a JSON text has twice. */
export interface DuplicateKey {
  /** To the value that both are the key of. */
  pointer: Pointer;
  /** Where they stand in the text. */
  first: number;
  second: number;
}

/** A map or a list that is being read. */
interface Level {
  /** Where each key of a map stands; undefined of a list. */
  keys: Map<string, number> | undefined;
  /** The key or index that is being read. */
  step: string | number;
}

/**
 * The first key that a map has twice. JSON.parse takes the last of them and says nothing. The text must be valid JSON, so
 * only strings and brackets have to be looked at.
 */
export function duplicateKey(text: string): DuplicateKey | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        if (isKey && level?.keys) {
          const key = keyOf(text.slice(at, end + 1));
          level.step = key;
          const first = level.keys.get(key);
          if (first !== undefined) {
            return { pointer: levels.map(({ step }) => step), first, second: at };
          }
          level.keys.set(key, at);
          isKey = false;
        }
        at = end;
        break;
      }
      case '{':
        levels.push((level = { keys: new Map(), step: '' }));
        isKey = true;
        break;
      case '[':
        levels.push((level = { keys: undefined, step: 0 }));
        isKey = false;
        break;
      case '}':
      case ']':
        levels.pop();
        level = levels.at(-1);
        isKey = false;
        break;
      case ',':
        isKey = level?.keys !== undefined;
        if (typeof level?.step === 'number') {
          level.step++;
        }
        break;
    }
  }
  return undefined;
}

/** Where the quote is that ends the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  while (text[end] !== '"') {
    end += text[end] === '\\' ? 2 : 1;
  }
  return end;
}

function keyOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}
