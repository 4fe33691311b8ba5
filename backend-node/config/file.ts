import { readFile } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';
import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';

/** A configuration file that was read, and where in it things stand. */
export interface ConfigFile {
  path: string;
  values: Record<string, unknown>;
  /** `apitrail.yaml:7:3` of a value, or of the key itself; the file's name where it has neither. */
  locate(path: ReadonlyArray<string | number>, what: 'key' | 'value'): string;
}

/** Reads a YAML file. Throws an ApitrailError with line and column where it is not valid YAML. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `The configuration ${path} cannot be read: ${(error as Error).message}.`,
      {
        where: path,
        cause: error,
      }
    );
  }
  return parseConfigFile(path, text);
}

/** The same, of a text. */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [fault] = document.errors;
  if (fault) {
    const where = at(fault.pos[0]);
    throw new ApitrailError('APITRAIL_BAD_CONFIG', `${where}: ${fault.message.replace(/\.$/, '')}.`, { where });
  }
  const values: unknown = document.toJS() ?? {};
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `${path}: the configuration must be a map of settings, such as "lake: ./lake".`,
      {
        where: path,
      }
    );
  }
  return {
    path,
    values: values as Record<string, unknown>,
    locate: (where, what) => {
      const offset = offsetOf(document, where, what);
      return offset === undefined ? path : at(offset);
    },
  };
}

function offsetOf(document: Document, path: ReadonlyArray<string | number>, what: 'key' | 'value'): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const here = path.slice(0, length);
    const parent: unknown = length === 1 ? document.contents : document.getIn(here.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && String(item.key) === String(here.at(-1)))
      : undefined;
    const node = what === 'key' && length === path.length ? pair?.key : (document.getIn(here, true) ?? pair?.key);
    const found = isNode(node) ? node : pair?.key;
    if (isNode(found) && found.range) {
      return found.range[0];
    }
  }
  return undefined;
}
