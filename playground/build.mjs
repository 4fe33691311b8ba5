// Bundles the playground with esbuild, with the fonts and icons that @grafana/ui asks its host for.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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
  plugins: [
    {
      name: 'scrollbars',
      setup: ({ onResolve }) => {
        onResolve({ filter: /^react-custom-scrollbars-2$/ }, () => ({ path: here('scrollbars.ts') }));
      },
    },
    // Monaco is loaded when an editor is first shown, but a browser would never ask for the styles of a chunk: they come
    // with the code instead.
    {
      name: 'monaco-styles',
      setup: ({ onLoad }) => {
        onLoad({ filter: /monaco-editor[\\/].*\.css$/ }, ({ path }) => ({ loader: 'js', contents: styleModule(path) }));
      },
    },
  ],
  logLevel: 'error',
});

// What Monaco does beside the page.
await build({
  entryPoints: { 'editor.worker': require.resolve('monaco-editor/esm/vs/editor/editor.worker.js') },
  outdir: out,
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'error',
});

cpSync(here('index.html'), join(out, 'index.html'));
cpSync(here('../src/img/logo.svg'), join(out, 'logo.svg'));
cpSync(packageFolder('@grafana/ui', 'dist/public/img/icons'), join(out, 'public/build/img/icons'), { recursive: true });
// Grafana has it, its package does not: what fields show while they wait.
cpSync(join(out, 'public/build/img/icons/unicons/sync.svg'), join(out, 'public/build/img/icons/unicons/spinner.svg'));
for (const [name, file] of [
  ['Regular', '400-normal'],
  ['Medium', '500-normal'],
  ['Italic', '400-italic'],
]) {
  cpSync(
    packageFolder('@fontsource/inter', `files/inter-latin-${file}.woff2`),
    join(out, `public/fonts/inter/Inter-${name}.woff2`)
  );
}

function packageFolder(name, path) {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}

/** A module that puts a style sheet into the page; what it names by url() is bundled. */
function styleModule(path) {
  const names = [];
  const css = readFileSync(path, 'utf8').replace(/url\(["']?(\.[^"')]+)["']?\)/g, (_, url) => {
    names.push(url);
    return `url("@${names.length - 1}@")`;
  });
  const imports = names.map((url, index) => `import url${index} from ${JSON.stringify(url)};`);
  const urls = names.map((_, index) => `url${index}`).join(', ');
  return `${imports.join('\n')}
const urls = [${urls}];
const style = document.createElement('style');
style.textContent = ${JSON.stringify(css)}.replace(/@(\\d+)@/g, (_, index) => new URL(urls[index], location.origin).href);
document.head.append(style);`;
}
