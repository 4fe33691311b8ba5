import { ApitrailError } from '@apitrail/contract';

import { pointerText, type Pointer, type SourceFile } from './source-file';

/** A value of a document, with where it stands. */
export interface Located {
  file: SourceFile;
  pointer: Pointer;
  value: unknown;
}

/** Faults that are shown of one document; the rest is counted. */
const SHOWN = 10;

/** Gathers what is wrong with a document, so that all of it is said at once. */
export class Problems {
  /** What does not stop the import. */
  readonly warnings: string[] = [];
  private readonly faults: Array<{ where: string; text: string }> = [];

  fault(at: Located, text: string, what: 'key' | 'value' = 'value'): void {
    const where = at.file.locate(at.pointer, what);
    this.faults.push({ where, text: `${where}: ${text} (${pointerText(at.pointer)}).` });
  }

  warn(at: Located, text: string, what: 'key' | 'value' = 'value'): void {
    this.warnings.push(`${at.file.locate(at.pointer, what)}: ${text}.`);
  }

  /** Throws APITRAIL_BAD_OPENAPI when there was a fault. */
  throwIfAny(): void {
    const [first] = this.faults;
    if (first === undefined) {
      return;
    }
    const shown = this.faults.slice(0, SHOWN).map(({ text }) => text);
    const rest = this.faults.length - shown.length;
    const more = rest > 0 ? [`… and ${rest} more.`] : [];
    throw new ApitrailError('APITRAIL_BAD_OPENAPI', [...shown, ...more].join('\n  '), { where: first.where });
  }
}

export type JsonObject = Record<string, unknown>;

/** Whether a value is a map of a document. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value one or more steps below another. */
export function below(at: Located, ...steps: Array<string | number>): Located {
  let value = at.value;
  for (const step of steps) {
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    value = holds ? (value as JsonObject)[step] : undefined;
  }
  return { file: at.file, pointer: [...at.pointer, ...steps], value };
}

/** What a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return 'nothing';
  }
  return Array.isArray(value) ? 'a list' : isObject(value) ? 'a map' : `the ${typeof value} ${JSON.stringify(value)}`;
}
