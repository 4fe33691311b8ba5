import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..', '..');

/** Builds the script of the process for SQL from the sources as they are; gives its path. */
export function buildChildScript(): string {
  // Below the packages that it imports, and one per test process.
  const folder = join(ROOT, 'node_modules', '.cache', 'apitrail-sql');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `child-${process.pid}.mjs`);
  buildSync({
    entryPoints: [join(ROOT, 'backend-node', 'sql', 'child', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    external: ['@duckdb/node-api', 'zod'],
    logLevel: 'error',
  });
  return outfile;
}
