import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, makeDirectory, removeIfThere, replaceFile } from '../../lake/durable';
import { importStateName as stateName } from '../../lake/layout';
import type { SessionState } from '../sessions';
import type { KnownSource } from './known-sources';

export { IMPORT_APP_ID, importStateName as stateName } from '../../lake/layout';

/** Everything an import needs to go on exactly where a commit left it. */
export interface ImportState {
  sources: KnownSource[];
  sessions: SessionState | null;
  /** The route assigner’s own. */
  routes: unknown;
  /** Where rejects go, and how far they were written with the commit. */
  rejects: { file: string; bytes: number } | null;
}

const FORMAT = 1;
const emptyState = (): ImportState => ({ sources: [], sessions: null, routes: null, rejects: null });

/**
 * States on the disk, one per commit that may still turn out to be the last. A state is written before its commit; which
 * one holds is what the table says, so that there is no moment at which table and state differ.
 */
export class StateFolder {
  private constructor(private readonly folder: string) {}

  static async open(stateDirectory: string): Promise<StateFolder> {
    const folder = join(stateDirectory, 'import');
    await makeDirectory(folder);
    return new StateFolder(folder);
  }

  /** The state of a committed version (0: nothing was ever committed). Others are left-overs and go. */
  async load(version: number): Promise<ImportState> {
    let text: string | undefined;
    try {
      text = await readFile(this.path(version), 'utf8');
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        throw error;
      }
    }
    if (text === undefined && version > 0) {
      throw new ApitrailError(
        'APITRAIL_BAD_FILE',
        `${this.path(version)} is missing: it says which logs are in the lake already. Restore it, or import with ` +
          '--forget-sources, which takes every file for a new one.',
        { where: this.path(version) }
      );
    }
    await this.keepOnly([version]);
    return text === undefined ? emptyState() : parseState(text, this.path(version));
  }

  /** Begins anew at a version, knowing no sources. */
  async forget(version: number): Promise<ImportState> {
    await this.save(version, serialiseState(emptyState()));
    return emptyState();
  }

  /** Puts the state of a version on the disk, durably. */
  async save(version: number, text: string): Promise<void> {
    await replaceFile(this.path(version), text);
  }

  /** Removes all states but those of some versions. */
  async keepOnly(versions: readonly number[]): Promise<void> {
    const kept = new Set(versions.map((version) => this.path(version)));
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if ((name.startsWith('state-') || name.startsWith('.tmp-')) && !kept.has(path)) {
        await removeIfThere(path);
      }
    }
  }

  private path(version: number): string {
    return join(this.folder, stateName(version));
  }
}

/** A state as text; `parseState` gives an equal one back. */
export function serialiseState(state: ImportState): string {
  return JSON.stringify({ format: FORMAT, ...state });
}

/** Reads a state. Throws APITRAIL_BAD_FILE when it is damaged or of a newer Apitrail. */
export function parseState(text: string, where: string): ImportState {
  let value: (ImportState & { format?: number }) | undefined;
  try {
    value = JSON.parse(text) as ImportState & { format?: number };
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${where} is damaged: it is not JSON.`, { where, cause });
  }
  if (value.format !== FORMAT) {
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${where} was written by another version of Apitrail (format ${value.format}).`,
      {
        where,
      }
    );
  }
  const { sources, sessions, routes, rejects } = value;
  return { sources, sessions, routes, rejects };
}
