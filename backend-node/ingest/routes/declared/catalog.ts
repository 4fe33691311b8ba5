import { link, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import {
  hasCode,
  makeDirectory,
  removeIfThere,
  replaceFile,
  syncDirectory,
  temporaryBeside,
  writeNewFile,
} from '../../../lake/durable';
import type { DeclaredDocument, DeclaredRoute } from './declared-route';

const FORMAT = 1;

/** One import of an OpenAPI document. */
export interface DocumentVersion {
  /** Service whose requests it is for; null for those of all services. */
  service: string | null;
  name: string;
  /** 1, 2, … for each service and name. */
  version: number;
  /** SHA-256 of the document and of what was made of it. */
  hash: string;
  /** ISO 8601. */
  imported_at: string;
  /** Name of the file, without its folder. */
  file: string;
  spec: string;
  title: string;
  info_version: string | null;
  base_paths: string[];
  /** Number of routes and of methods on them. */
  routes: number;
  operations: number;
}

/** A version, and whether it counts: the newest of a document that was not removed does. */
export interface KnownVersion extends DocumentVersion {
  state: 'current' | 'older' | 'removed';
}

type Entry =
  | ({ format: number; change: 'import' } & DocumentVersion)
  | { format: number; change: 'remove'; service: string | null; name: string; at: string };

/** What is added to a catalog. */
export type NewVersion = Omit<DocumentVersion, 'version' | 'imported_at' | 'routes' | 'operations'>;

/**
 * The OpenAPI documents of a lake with all their versions, in `DIR/.apitrail/openapi`: a log with an entry for each import
 * and removal, and a file with the routes of each version. An entry is put in place whole or not at all, so that any
 * number of processes may read and change the catalog at the same time, and a kill leaves nothing half.
 */
export class DocumentCatalog {
  private readonly log: string;
  private readonly routes: string;

  /** `stateDirectory` is Apitrail's folder in the lake. */
  constructor(stateDirectory: string) {
    this.log = join(stateDirectory, 'openapi', 'log');
    this.routes = join(stateDirectory, 'openapi', 'routes');
  }

  /** All versions of all documents, oldest first. Throws APITRAIL_BAD_FILE when the catalog is damaged. */
  async versions(): Promise<KnownVersion[]> {
    return versionsOf(await this.entries());
  }

  /** A number that grows with every import and removal, for a look at one folder. */
  async revision(): Promise<number> {
    return (await this.names()).length;
  }

  /** The documents that count, in the order of their first import. */
  async current(): Promise<DeclaredDocument[]> {
    const versions = await this.versions();
    const current = versions.filter(({ state }) => state === 'current');
    const first = ({ service, name }: KnownVersion) =>
      versions.findIndex((version) => version.service === service && version.name === name);
    current.sort((a, b) => first(a) - first(b));
    return Promise.all(
      current.map(async (known) => {
        const { service, name, version } = known;
        return { service, name, version, routes: await this.routesOf(known) };
      })
    );
  }

  /** The routes of a version. */
  async routesOf({ hash }: { hash: string }): Promise<DeclaredRoute[]> {
    const path = this.routesPath(hash);
    const { format, routes } = parse(path, await readFile(path, 'utf8').catch(missing(path))) as {
      format: number;
      routes: DeclaredRoute[];
    };
    assertFormat(path, format);
    return routes;
  }

  /** Makes a document count from now on. The same document as the one that counts adds nothing. */
  async add(document: NewVersion, routes: readonly DeclaredRoute[]): Promise<{ added: boolean; version: number }> {
    await makeDirectory(this.log);
    await makeDirectory(this.routes);
    await replaceFile(this.routesPath(document.hash), JSON.stringify({ format: FORMAT, routes }));
    for (;;) {
      const entries = await this.entries();
      const same = ofDocument(versionsOf(entries), document.service, document.name);
      const current = same.find(({ state }) => state === 'current');
      if (current?.hash === document.hash) {
        return { added: false, version: current.version };
      }
      const version = Math.max(0, ...same.map((known) => known.version)) + 1;
      const entry: Entry = {
        format: FORMAT,
        change: 'import',
        ...document,
        version,
        imported_at: new Date().toISOString(),
        routes: routes.length,
        operations: routes.reduce((sum, { methods }) => sum + Object.keys(methods).length, 0),
      };
      if (await this.put(entries.length + 1, entry)) {
        return { added: true, version };
      }
    }
  }

  /** Makes a document count no longer; its versions are kept. Returns whether it did. */
  async remove(service: string | null, name: string): Promise<boolean> {
    for (;;) {
      const entries = await this.entries();
      if (!ofDocument(versionsOf(entries), service, name).some(({ state }) => state === 'current')) {
        return false;
      }
      const at = new Date().toISOString();
      if (await this.put(entries.length + 1, { format: FORMAT, change: 'remove', service, name, at })) {
        return true;
      }
    }
  }

  private async entries(): Promise<Entry[]> {
    return Promise.all(
      (await this.names()).map(async (name, index) => {
        const path = join(this.log, name);
        if (name !== entryName(index + 1)) {
          throw damaged(join(this.log, entryName(index + 1)), 'is missing, though later ones are there');
        }
        const entry = parse(path, await readFile(path, 'utf8')) as Entry;
        assertFormat(path, entry.format);
        return entry;
      })
    );
  }

  /** Names of the entries, oldest first. */
  private async names(): Promise<string[]> {
    const names: string[] = await readdir(this.log).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) {
        return [];
      }
      throw error;
    });
    return names.filter((name) => /^\d{8}\.json$/.test(name)).sort();
  }

  /** False when another process was faster. */
  private async put(number: number, entry: Entry): Promise<boolean> {
    const path = join(this.log, entryName(number));
    const temporary = temporaryBeside(path);
    try {
      await writeNewFile(temporary, JSON.stringify(entry));
      await link(temporary, path);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) {
        return false;
      }
      throw error;
    } finally {
      await removeIfThere(temporary);
    }
    await syncDirectory(this.log);
    return true;
  }

  private routesPath(hash: string): string {
    return join(this.routes, `${hash}.json`);
  }
}

const entryName = (number: number): string => `${String(number).padStart(8, '0')}.json`;

function versionsOf(entries: readonly Entry[]): KnownVersion[] {
  const versions: KnownVersion[] = [];
  for (const entry of entries) {
    for (const known of ofDocument(versions, entry.service, entry.name)) {
      known.state = entry.change === 'remove' ? 'removed' : known.state === 'removed' ? 'removed' : 'older';
    }
    if (entry.change === 'import') {
      const { format: _, change: __, ...version } = entry;
      versions.push({ ...version, state: 'current' });
    }
  }
  return versions;
}

/** The versions of one document among those of all. */
export function ofDocument<T extends { service: string | null; name: string }>(
  versions: readonly T[],
  service: string | null,
  name: string
): T[] {
  return versions.filter((version) => version.service === service && version.name === name);
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw damaged(path, 'is not JSON', cause);
  }
}

function assertFormat(path: string, format: number): void {
  if (format !== FORMAT) {
    throw damaged(path, `was written by another version of Apitrail (format ${String(format)})`);
  }
}

function missing(path: string): (error: unknown) => never {
  return (error) => {
    throw hasCode(error, 'ENOENT') ? damaged(path, 'is missing', error) : error;
  };
}

function damaged(path: string, why: string, cause?: unknown): ApitrailError {
  const message = `${path} ${why}: it belongs to the OpenAPI documents of the lake. Restore it from a backup, or remove the folder openapi and import the documents again.`;
  return new ApitrailError('APITRAIL_BAD_FILE', message, { where: path, cause });
}
