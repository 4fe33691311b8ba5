import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Tells whether the program on the disk is still the one that runs. */
export interface ProgramFile {
  isStale(): boolean;
}

/**
 * Watches the build that a script (`bin/apitrail.mjs`) loads. A build made while the program runs changes only what is
 * started later, so that its processes would no longer fit each other.
 */
export function watchProgram(script: string | undefined): ProgramFile {
  const stamp = () => {
    try {
      return statSync(join(realpathSync(script ?? ''), '..', '..', 'dist', 'apitrail.mjs')).mtimeMs;
    } catch {
      return undefined;
    }
  };
  const started = stamp();
  return { isStale: () => started !== undefined && stamp() !== started };
}
