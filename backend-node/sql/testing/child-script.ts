import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..', '..', '..');

/** Builds the script of the process for SQL from the sources as they are; gives its path. */
export function buildChildScript(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, 'backend-node', 'sql', 'child', 'main.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    external: ['@duckdb/node-api', 'zod'],
    logLevel: 'error',
  });
  const text = outputFiles[0]!.text;
  // Below the packages that it imports. Tests that run at once share it, and never see half of it.
  const folder = join(ROOT, 'node_modules', '.cache', 'apitrail-sql');
  const file = join(folder, `child-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.mjs`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  return file;
}
