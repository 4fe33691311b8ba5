// `npm run crash` and `npm run soak`: build the companion and the tests of reliability, and run them. Several may run at once.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { root } from './lib/install.mjs';
import { loadBundle } from './lib/run-bundle.mjs';

const lock = join(root, '.data', 'reliability.lock');
const folder = join('reliability', String(process.pid));

await locked();
let main;
try {
  ({ main } = await loadBundle('tests/reliability/main.ts', folder, { companion: !process.env.TEST_APITRAIL_BIN }));
} finally {
  rmSync(lock, { force: true });
  rmSync(join(root, '.data', folder), { recursive: true, force: true });
}
const [command, ...args] = process.argv.slice(2);
process.exit(await main(command, args));

/** Waits until no other builds the companion, which all of them run. */
async function locked() {
  mkdirSync(join(root, '.data'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    }
    if (!isRunning(lock)) {
      rmSync(lock, { force: true });
    }
    await wait(200);
  }
}

function isRunning(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}
