// `npm run crash` and `npm run soak`: build the companion and the tests of reliability, and run them.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled, requireNode, root } from './lib/install.mjs';

requireNode();
ensureInstalled((text) => console.error(text));
if (!process.env.TEST_APITRAIL_BIN) {
  ensureBuilt('companion', (text) => console.error(text));
}
const { dependencies, version } = JSON.parse(readFileSync(join(root, 'backend-node', 'package.json'), 'utf8'));
const outfile = join(root, '.data', 'reliability', 'main.mjs');
await build({
  entryPoints: [join(root, 'tests', 'reliability', 'main.ts')],
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
const [command, ...args] = process.argv.slice(2);
process.exit(await main(command, args));
