import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = (path: string) =>
  JSON.parse(read(path)) as { dependencies?: object; devDependencies?: object; scripts?: Record<string, string> };

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'AGENTS.md',
  ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`),
]
  .filter((path) => path.endsWith('.md'))
  .map((path) => [path, read(path)] as const);

describe('docs/dependencies.md', () => {
  /** Package names in the tables, per heading. */
  const documented = new Map<string, string[]>();
  for (const section of read('docs/dependencies.md').split(/^## /m).slice(1)) {
    const names = [...section.matchAll(/^\| `([^`]+)` \| \S.*\. \|$/gm)].map(([, name]) => name!);
    documented.set(section.slice(0, section.indexOf('\n')), names);
  }
  const under = (...words: string[]) =>
    [...documented].filter(([heading]) => words.some((word) => heading.includes(word))).flatMap(([, names]) => names);

  it.each([
    ['backend-node/package.json', 'Companion'],
    ['contract/package.json', 'Contract'],
    ['playground/package.json', 'Playground'],
    ['package.json', 'Plugin', 'Building and testing'],
  ])('says of every package in %s what it is for', (path, ...headings) => {
    const { dependencies, devDependencies } = manifest(path);
    const own = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@apitrail/'));
    expect(under(...headings).sort()).toEqual(own.sort());
  });

  it('says of every module that go.mod requires itself what it is for', () => {
    const direct = [...read('go.mod').matchAll(/^(?:require )?\t?([\w.-]+\.[\w.-]+\/\S+) v\S+$/gm)].map(
      ([, name]) => name
    );
    expect(under('Forwarder').sort()).toEqual(direct.sort());
  });
});

describe('the packages of the companion', () => {
  const sources = filesUnder(join(ROOT, 'backend-node'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

  it.each(Object.keys(manifest('backend-node/package.json').dependencies ?? {}))('%s is used', (name) => {
    expect(sources.includes(`from '${name}'`) || sources.includes(`from '${name}/`)).toBe(true);
  });
});

describe('the documentation', () => {
  it.each(PAGES)('%s links to files that are there', (path, text) => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('docs/screenshots/'));
    expect(links.filter((target) => !existsSync(resolve(ROOT, dirname(path), target)))).toEqual([]);
  });

  it.each(PAGES)('%s names only commands of npm that there are', (_, text) => {
    const { scripts } = manifest('package.json');
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => scripts?.[name] === undefined)).toEqual([]);
  });

  it.each(PAGES)('%s names only files of the repository that are there', (_, text) => {
    const roots = 'backend-node|contract|src|pkg|playground|scripts|tests|provisioning|samples|bench|docs';
    const named = [...text.matchAll(new RegExp(`\`((?:${roots})/[\\w./-]+)\``, 'g'))].map(([, name]) => name!);
    const made = /\/dist\/|statuses|StatusesForm|logfmt/;
    const gone = named.filter((name) => !made.test(name) && !existsSync(join(ROOT, name)));
    expect(gone).toEqual([]);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name === 'node_modules' || entry.name === 'dist' ? [] : filesUnder(path);
    }
    return [path];
  });
}
