import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

/**
 * Refuses a rejects file that is one of the files to read, also by another name (a link): opening it would empty the log.
 * Throws APITRAIL_USAGE.
 */
export async function checkRejectsPath(rejects: string, reads: readonly string[]): Promise<void> {
  const target = await identityOf(rejects);
  for (const path of reads) {
    if (resolve(path) === resolve(rejects) || (target !== undefined && (await identityOf(path)) === target)) {
      throw new ApitrailError(
        'APITRAIL_USAGE',
        `--rejects ${rejects} is ${path}, which is read by this import; writing to it would empty it. Name another file for the rejects.`,
        { where: '--rejects' }
      );
    }
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  const info = await stat(path, { bigint: true }).catch(() => undefined);
  return info && `${info.dev}:${info.ino}`;
}
