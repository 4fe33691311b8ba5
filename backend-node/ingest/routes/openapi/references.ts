import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { below, isObject, type Located } from './problems';
import { parsePointer, readSourceFile, type SourceFile } from './source-file';

/** References that lead to references; a longer chain is a circle or as good as one. */
const MAX_CHAIN = 32;
const BUNDLE = 'Bundle it into one file first, for example with: npx @redocly/cli bundle openapi.yaml -o bundled.yaml';

/** Why a reference cannot be followed. */
export class BadReference extends Error {}

/**
 * Follows `$ref`s, also into other files that lie in the folder of the document or below it. Nothing is ever fetched, and
 * no other file is read.
 */
export class References {
  private readonly files = new Map<string, SourceFile>();
  private readonly paths = new Map<SourceFile, string>();

  private constructor(
    readonly root: SourceFile,
    private readonly folder: string,
    rootPath: string
  ) {
    this.files.set(rootPath, root);
    this.paths.set(root, rootPath);
  }

  /** Reads the document at `path`. */
  static async open(path: string): Promise<References> {
    const root = await readSourceFile(path);
    const rootPath = await realpath(path);
    return new References(root, dirname(rootPath), rootPath);
  }

  /** All files that were read, the document itself first. */
  get read(): SourceFile[] {
    return [...this.files.values()];
  }

  /**
   * What a value stands for: itself, or what its `$ref` leads to. What stands beside a `$ref` goes before what it leads
   * to. Throws a BadReference.
   */
  async resolve(at: Located): Promise<Located> {
    let here = at;
    for (let length = 0; length < MAX_CHAIN; length++) {
      if (!isObject(here.value) || typeof here.value.$ref !== 'string') {
        return here;
      }
      const { $ref, ...beside } = here.value;
      const target = await this.target(here.file, $ref as string);
      const joined = isObject(target.value) && Object.keys(beside).length > 0;
      here = joined ? { ...target, value: { ...(target.value as object), ...beside } } : target;
    }
    throw new BadReference(`$ref ${String((at.value as { $ref?: unknown }).$ref)} leads in a circle`);
  }

  private async target(from: SourceFile, reference: string): Promise<Located> {
    const hash = reference.indexOf('#');
    const name = hash < 0 ? reference : reference.slice(0, hash);
    const pointer = parsePointer(hash < 0 ? '' : reference.slice(hash));
    if (pointer === undefined) {
      throw new BadReference(`$ref ${reference} has no path after its #, as in #/components/pathItems/users`);
    }
    const file = name === '' ? from : await this.open(from, name, reference);
    const found = below({ file, pointer: [], value: file.value }, ...pointer);
    if (found.value === undefined) {
      throw new BadReference(`$ref ${reference} leads nowhere: ${file.path} has no such place`);
    }
    return found;
  }

  private async open(from: SourceFile, name: string, reference: string): Promise<SourceFile> {
    if (/^[a-z][a-z0-9+.-]+:|^\/\//i.test(name)) {
      throw new BadReference(`$ref ${reference} leads to the network, from which Apitrail fetches nothing. ${BUNDLE}`);
    }
    const base = this.paths.get(from) as string;
    const wanted = resolve(dirname(base), decoded(name));
    const path = await realpath(wanted).catch(() => {
      throw new BadReference(`$ref ${reference} leads to a file that is not there`);
    });
    const inside = relative(this.folder, path);
    if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) {
      throw new BadReference(`$ref ${reference} leads out of the folder of the document. ${BUNDLE}`);
    }
    let file = this.files.get(path);
    if (file === undefined) {
      try {
        file = await readSourceFile(path, inside);
      } catch (error) {
        throw error instanceof ApitrailError ? new BadReference(error.message.replace(/\.$/, '')) : error;
      }
      this.files.set(path, file);
      this.paths.set(file, path);
    }
    return file;
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
