// Bundles the companion: our own code in one file per entry point, packages left to node_modules.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bundleOptions } from './bundle-options.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('dist'), { recursive: true, force: true });
await build({
  ...bundleOptions(),
  entryPoints: {
    apitrail: here('cli/main.ts'),
    'sql-child': here('sql/child/main.ts'),
    'score-routes': here('ingest/routes/score/main.ts'),
  },
  outdir: here('dist'),
  outExtension: { '.js': '.mjs' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
