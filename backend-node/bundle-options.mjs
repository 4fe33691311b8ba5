// How code of the companion is bundled: our own in files of ECMAScript modules, packages left to node_modules.
import { readFileSync } from 'node:fs';

/** Options of esbuild that every bundle with code of the companion has. */
export function bundleOptions() {
  const { dependencies, version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  return {
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    sourcemap: true,
    external: Object.keys(dependencies),
    define: { APITRAIL_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  };
}
