// Builds what is out of date, by the content of the sources it is made of.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, run } from './install.mjs';

const TARGETS = {
  companion: { sources: ['contract', 'backend-node', 'package-lock.json'], made: 'backend-node/dist/apitrail.mjs' },
  playground: { sources: ['contract', 'src', 'playground', 'package-lock.json'], made: 'playground/dist/main.js' },
};
const SKIPPED = new Set(['node_modules', 'dist', 'tests']);

/** Builds `companion` or `playground` unless it is built from these very sources. */
export function ensureBuilt(target, say) {
  const { sources, made } = TARGETS[target];
  const hash = createHash('sha256');
  for (const source of sources) {
    hashInto(hash, source);
  }
  const digest = hash.digest('hex');
  const stamp = join(root, '.data', `built-${target}`);
  if (existsSync(join(root, made)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    return;
  }
  say(`Building the ${target}`);
  run('npm', ['run', '--silent', `build:${target}`]);
  mkdirSync(join(root, '.data'), { recursive: true });
  writeFileSync(stamp, digest);
}

function hashInto(hash, path) {
  const absolute = join(root, path);
  if (statSync(absolute).isFile()) {
    hash.update(path).update(readFileSync(absolute));
    return;
  }
  for (const name of readdirSync(absolute).sort()) {
    if (!SKIPPED.has(name)) {
      hashInto(hash, join(path, name));
    }
  }
}
