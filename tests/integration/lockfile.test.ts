import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

const packages: Record<string, Package> = JSON.parse(
  readFileSync(join(__dirname, '../../package-lock.json'), 'utf8')
).packages;
const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()!));

it('names no registry, so that every one can be installed from', () => {
  const resolved = Object.values(packages).flatMap(({ resolved, link }) => (link || !resolved ? [] : [resolved]));
  expect(resolved).toEqual([]);
});

it('holds the packages of every platform, since npm installs none that is not in it', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${path}: ${name}`)
  );
  expect(missing).toEqual([]);
});

it.each(['linux', 'darwin', 'win32'].flatMap((os) => [`${os}-x64`, `${os}-arm64`]))('has DuckDB for %s', (platform) => {
  expect(names).toContain(`@duckdb/node-bindings-${platform}`);
});
