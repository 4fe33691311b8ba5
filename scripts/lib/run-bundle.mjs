// Runs a TypeScript program of this repository that is no part of the companion, but uses its code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureInstalled, requireNode, root } from './install.mjs';

/**
 * Installs and builds what is missing, bundles `entry` into `.data/<folder>/main.mjs`, and gives what it exports; from here
 * on the repository is the working folder. With `companion: false` the companion is not built.
 */
export async function loadBundle(entry, folder, { companion = true } = {}) {
  const say = (text) => console.error(text);
  requireNode();
  ensureInstalled(say);
  // Not before it is installed.
  const { build } = await import('esbuild');
  if (companion) {
    const { ensureBuilt } = await import('./build.mjs');
    ensureBuilt('companion', say);
  }
  const { dependencies, version } = JSON.parse(readFileSync(join(root, 'backend-node', 'package.json'), 'utf8'));
  const outfile = join(root, '.data', folder, 'main.mjs');
  await build({
    entryPoints: [join(root, entry)],
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
  return import(pathToFileURL(outfile).href);
}
