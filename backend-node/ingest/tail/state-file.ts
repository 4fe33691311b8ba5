import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where a tail keeps how far it is: what `--state` names, in a folder `tail.json`; else a file of the user’s for each place
 * logs are sent to.
 */
export async function tailStateFile(given: string | undefined, destination: string): Promise<string> {
  if (given !== undefined) {
    const folder = given.endsWith('/') || (await stat(given).catch(() => undefined))?.isDirectory() === true;
    return resolve(given, folder ? 'tail.json' : '');
  }
  const base = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const name = createHash('sha256').update(destination).digest('hex').slice(0, 12);
  return join(base, 'apitrail', `tail-${name}.json`);
}
