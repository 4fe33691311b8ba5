import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode } from '../../lake/durable';
import type { Lake } from '../../lake/lake';
import { stateDirectory } from '../../lake/layout';
import type { RouteState } from '../routes';
import { IMPORT_APP_ID, parseState, stateName } from './import-state';

/** An import may put its next state in the place of the one that is looked for. */
const ATTEMPTS = 5;

/**
 * What the classifier had learned with the newest commit of an import, without disturbing one that runs; undefined when
 * nothing was ever imported, or its state is gone.
 */
export async function readRouteState(directory: string, lake: Lake): Promise<RouteState | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const version = await lake.transactionVersion(IMPORT_APP_ID);
    if (version === undefined) {
      return undefined;
    }
    const path = join(stateDirectory(directory), 'import', stateName(version));
    try {
      return (parseState(await readFile(path, 'utf8'), path).routes as RouteState | null) ?? undefined;
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        throw error;
      }
    }
  }
  return undefined;
}
