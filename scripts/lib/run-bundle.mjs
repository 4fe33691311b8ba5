// Runs a TypeScript program of this repository that is no part of the companion, but uses its code.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { bundleOptions } from '../../backend-node/bundle-options.mjs';
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
  const outfile = join(root, '.data', folder, 'main.mjs');
  await build({
    ...bundleOptions(),
    entryPoints: [join(root, entry)],
    outfile,
  });
  process.chdir(root);
  return import(pathToFileURL(outfile).href);
}
