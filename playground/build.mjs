// Bundles the playground with esbuild, with the fonts and icons that @grafana/ui asks its host for.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);
const out = here('dist');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: { main: here('main.tsx') },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  chunkNames: 'chunks/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  sourcemap: process.env.NODE_ENV !== 'production' && 'linked',
  minify: true,
  jsx: 'transform',
  tsconfigRaw: { compilerOptions: { jsx: 'react' } },
  define: {
    'process.env.NODE_ENV': '"production"',
    global: 'globalThis',
    __webpack_public_path__: 'globalThis.__apitrail_public_path__',
  },
  loader: { '.svg': 'dataurl', '.ttf': 'file', '.woff2': 'file', '.woff': 'file' },
  plugins: [
    {
      name: 'scrollbars',
      setup: ({ onResolve }) => {
        onResolve({ filter: /^react-custom-scrollbars-2$/ }, () => ({ path: here('scrollbars.ts') }));
      },
    },
  ],
  logLevel: 'error',
});

cpSync(here('index.html'), join(out, 'index.html'));
cpSync(here('../src/img/logo.svg'), join(out, 'logo.svg'));
const grafanaUi = join(dirname(require.resolve('@grafana/ui/package.json')), 'dist/public/img/icons');
if (existsSync(grafanaUi)) {
  cpSync(grafanaUi, join(out, 'public/build/img/icons'), { recursive: true });
}
