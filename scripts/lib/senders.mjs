// The real clients that tests send with: installed once, apart from what Apitrail itself needs.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './install.mjs';

const clients = join(root, 'tests', 'senders', 'clients');
export const sendersFolder = join(root, '.data', 'senders');

/** Installs them unless they are there. Gives undefined, or the reason why they are not. */
export function ensureSenders(say) {
  const lock = createHash('sha256')
    .update(readFileSync(join(clients, 'package-lock.json')))
    .digest('hex');
  const stamp = join(sendersFolder, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) {
    return undefined;
  }
  say('Installing the clients that tests send with');
  mkdirSync(sendersFolder, { recursive: true });
  rmSync(stamp, { force: true });
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(clients, name), join(sendersFolder, name));
  }
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: sendersFolder, encoding: 'utf8', timeout: 300_000, shell: process.platform === 'win32' }
  );
  if (error || status !== 0) {
    const [why] = (error?.message ?? stderr ?? '')
      .trim()
      .split('\n')
      .filter((line) => !/warn/i.test(line));
    return `npm ci in .data/senders failed (${why ?? `exit code ${status}`})`;
  }
  writeFileSync(stamp, lock);
  return undefined;
}
