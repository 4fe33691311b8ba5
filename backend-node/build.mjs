// Bundles the companion: our own code in one file per entry point, packages left to node_modules.
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { dependencies, version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

rmSync(here('dist'), { recursive: true, force: true });
await build({
  entryPoints: {
    apitrail: here('cli/main.ts'),
    'sql-child': here('sql/child/main.ts'),
    'score-routes': here('ingest/routes/score/main.ts'),
  },
  outdir: here('dist'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: true,
  external: Object.keys(dependencies),
  define: { APITRAIL_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
