// Makes the lake of the playground: the real sample and the generated shop.
import { join } from 'node:path';

import { APITRAIL } from './companion.mjs';
import { root, run } from './install.mjs';

export const LAKE = join(root, '.data', 'lake');
/** Pseudonyms of this lake; outside of it, as everywhere. */
export const LAKE_ENV = { APITRAIL_PRIVACY_KEY_FILE: join(root, '.data', 'pseudonym.key') };

/** Both steps add nothing that is there already, and go on where they were stopped. */
export function ensureDemoLake(say, { rows = 400_000, days = 14 } = {}) {
  const env = { ...process.env, ...LAKE_ENV };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  say('Importing the sample log');
  run(
    process.execPath,
    [
      APITRAIL,
      'import',
      'samples/erddap/access.log.gz',
      '--lake',
      LAKE,
      '--service',
      'erddap',
      '--environment',
      'sample',
      '--quiet',
    ],
    quiet
  );
  say('Generating the shop');
  run(
    process.execPath,
    [APITRAIL, 'demo', '--lake', LAKE, '--rows', String(rows), '--days', String(days), '--quiet'],
    quiet
  );
}
