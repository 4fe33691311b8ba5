// Bundles the playground with esbuild, with the fonts and icons that @grafana/ui asks its host for.
import { build } from 'esbuild';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);
const out = here('dist');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: { 'boot-data': here('boot-data.ts'), main: here('main.tsx') },
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
  plugins: [{name:'lead',setup:({onResolve})=>{onResolve({filter:/(error-breakdown|journey-funnel).module/},()=>({path:here('../src/panels/endpoint-heatmap/module.ts')}))}},
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
cpSync(packageFolder('@grafana/ui', 'dist/public/img/icons'), join(out, 'public/build/img/icons'), { recursive: true });
for (const [name, weight] of [
  ['Regular', 400],
  ['Medium', 500],
]) {
  cpSync(
    packageFolder('@fontsource/inter', `files/inter-latin-${weight}-normal.woff2`),
    join(out, `public/fonts/inter/Inter-${name}.woff2`)
  );
}

function packageFolder(name, path) {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}
