import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { JourneyState } from '../noise';
import { StateFiles } from '../rows/state-files';
import type { SessionState } from '../sessions';
import type { KnownSource } from './known-sources';

export { IMPORT_APP_ID, importStateName as stateName } from '../../lake/layout';

/** Everything an import needs to go on exactly where a commit left it. */
export interface ImportState {
  sources: KnownSource[];
  sessions: SessionState | null;
  /** The route assigner’s own. */
  routes: unknown;
  /** What sampling has decided. */
  journeys?: JourneyState | null;
  /** Where rejects go, and how far they were written with the commit. */
  rejects: { file: string; bytes: number } | null;
}

const FORMAT = 1;
const emptyState = (): ImportState => ({ sources: [], sessions: null, routes: null, rejects: null });

/** The states of imports on the disk; see `StateFiles`. */
export class StateFolder {
  private constructor(private readonly files: StateFiles) {}

  static async open(stateDirectory: string): Promise<StateFolder> {
    return new StateFolder(await StateFiles.open(join(stateDirectory, 'import')));
  }

  /** The state of a committed version (0: nothing was ever committed). Others are left-overs and go. */
  async load(version: number): Promise<ImportState> {
    const text = await this.files.read(version);
    const path = this.files.path(version);
    if (text === undefined && version > 0) {
      throw new ApitrailError(
        'APITRAIL_BAD_FILE',
        `${path} is missing: it says which logs are in the lake already. Restore it, or import with ` +
          '--forget-sources, which takes every file for a new one.',
        { where: path }
      );
    }
    await this.keepOnly([version]);
    return text === undefined ? emptyState() : parseState(text, path);
  }

  /** Begins anew at a version, knowing no sources. */
  async forget(version: number): Promise<ImportState> {
    await this.save(version, serialiseState(emptyState()));
    return emptyState();
  }

  /** Puts the state of a version on the disk, durably. */
  save(version: number, text: string): Promise<void> {
    return this.files.save(version, text);
  }

  /** Removes all states but those of some versions. */
  keepOnly(versions: readonly number[]): Promise<void> {
    return this.files.keepOnly(versions);
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
  const { sources, sessions, routes, rejects, journeys = null } = value;
  return { sources, sessions, routes, rejects, journeys };
}
