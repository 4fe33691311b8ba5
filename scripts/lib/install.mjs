// What a fresh clone needs before anything of it can run. Only what Node itself brings may be imported here.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const OLDEST = [20, 19];

/** Ends the program with a message when Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    console.error(`Apitrail needs Node ${OLDEST.join('.')} or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
}

/** Installs exactly what the lockfile says, unless that is what is there. */
export function ensureInstalled(say) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.apitrail-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === `${lock} ${process.versions.modules}`) {
    return;
  }
  say('Installing packages (about two minutes the first time)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, `${lock} ${process.versions.modules}`);
}

/** Runs a command of the repository; ends the program when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (error || status !== 0) {
    console.error(
      `\n${command} ${args.join(' ')} ${error ? error.message : `ended with ${signal ?? `exit code ${status}`}`}.`
    );
    process.exit(status ?? 1);
  }
}
