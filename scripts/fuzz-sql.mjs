// `npm run fuzz:sql`: builds the fuzzing of user-written SQL, which is no part of the companion, and runs it.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './lib/install.mjs';

const outfile = join(root, '.data', 'fuzz-sql', 'main.cjs');
mkdirSync(join(outfile, '..'), { recursive: true });
await build({
  entryPoints: [join(root, 'backend-node', 'sql', 'fuzz', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  sourcemap: true,
  external: ['@duckdb/node-api'],
  logLevel: 'warning',
});
const args = process.argv.slice(2);
if (args.join(' ').includes('companion') && !existsSync(join(root, 'backend-node', 'dist', 'apitrail.mjs'))) {
  console.error('The companion is not built: npm run build:companion');
  process.exit(2);
}
// A copy, so that a build in the meantime does not take the program away from under it.
const copy = join(root, '.data', 'fuzz-sql', 'companion');
rmSync(copy, { recursive: true, force: true });
if (args.join(' ').includes('companion')) {
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, 'backend-node', part), join(copy, part), { recursive: true });
  }
}
const program = join(copy, 'bin', 'apitrail.mjs');
const child = spawn(process.execPath, [outfile, '--program', program, ...args], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
