// `npm run bench`: builds the companion and the benchmarks where they are out of date, and runs them.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureBuilt } from '../scripts/lib/build.mjs';
import { ensureInstalled, requireNode, root } from '../scripts/lib/install.mjs';

requireNode();
ensureInstalled((text) => console.error(text));
ensureBuilt('companion', (text) => console.error(text));

const { dependencies, version } = JSON.parse(readFileSync(join(root, 'backend-node', 'package.json'), 'utf8'));
const outfile = join(root, '.data', 'bench', 'build', 'main.mjs');
await build({
  entryPoints: [join(root, 'bench', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: true,
  external: Object.keys(dependencies),
  define: { APITRAIL_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
process.chdir(root);
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(process.argv.slice(2));
