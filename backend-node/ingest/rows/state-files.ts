import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode, makeDirectory, removeIfThere, replaceFile } from '../../lake/durable';
import { importStateName as stateName, importStateVersion } from '../../lake/layout';

/**
 * States on the disk, one per commit that may still turn out to be the last. A state is written before its commit; which
 * one holds is what the table says, so that there is no moment at which table and state differ.
 */
export class StateFiles {
  private constructor(private readonly folder: string) {}

  static async open(folder: string): Promise<StateFiles> {
    await makeDirectory(folder);
    return new StateFiles(folder);
  }

  /** The state of a version; undefined when there is none. */
  async read(version: number): Promise<string | undefined> {
    try {
      return await readFile(this.path(version), 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) {
        return undefined;
      }
      throw error;
    }
  }

  /** Puts the state of a version on the disk, durably. */
  async save(version: number, content: string | Uint8Array): Promise<void> {
    await replaceFile(this.path(version), content);
  }

  /** Removes the states of versions below one. What is being written meanwhile is above, and stays. */
  async removeOlder(version: number): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const older = importStateVersion(name);
      if (older !== undefined && older < version) {
        await removeIfThere(join(this.folder, name));
      }
    }
  }

  /** Removes all states but those of some versions, and what writing that was cut off has left. To be called while nothing is written. */
  async keepOnly(versions: readonly number[]): Promise<void> {
    const kept = new Set(versions.map((version) => this.path(version)));
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if ((name.startsWith('state-') || name.startsWith('.tmp-')) && !kept.has(path)) {
        await removeIfThere(path);
      }
    }
  }

  /** Path of the file of a version. */
  path(version: number): string {
    return join(this.folder, stateName(version));
  }
}
