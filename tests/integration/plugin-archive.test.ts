import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm run build:plugin` made: the folder that Grafana loads. */
const dist = join(__dirname, '../../dist');
const read = (path: string) => readFileSync(join(dist, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));

interface Include {
  type: string;
  name: string;
  path: string;
}

const app = json('plugin.json');
const includes: Include[] = app.includes;
const nested = includes.filter(({ type }) => type === 'datasource' || type === 'panel');

/** Bytes of `module.js`: a panel is drawn by it, the others only begin there. */
const MOST = { app: 40_000, datasource: 50_000, panel: 120_000 };

it('holds every nested plugin and dashboard that the app names', () => {
  for (const { type, path } of includes.filter(({ type }) => type !== 'page')) {
    expect({ path, exists: existsSync(join(dist, path)) }).toEqual({ path, exists: true });
    expect(json(path)[type === 'dashboard' ? 'title' : 'type']).toBe(
      type === 'dashboard' ? includes.find((include) => include.path === path)?.name : type
    );
  }
});

it('names every nested plugin that it holds', () => {
  const held = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('/plugin.json'));
  expect(held.sort()).toEqual(nested.map(({ path }) => path).sort());
});

describe.each([{ path: 'plugin.json' }, ...nested])('$path', ({ path }) => {
  const plugin = json(path);
  const folder = path.replace(/plugin\.json$/, '');

  it('has an id of ours, and the same Grafana as the app', () => {
    expect(plugin.id).toMatch(/^apitrail-[a-z0-9]+-(app|panel|datasource)$/);
    expect(plugin.id.endsWith(plugin.type)).toBe(true);
    expect(plugin.dependencies.grafanaDependency).toBe(app.dependencies.grafanaDependency);
  });

  it('has a module and its source map', () => {
    expect(existsSync(join(dist, folder, 'module.js'))).toBe(true);
    expect(existsSync(join(dist, folder, 'module.js.map'))).toBe(true);
  });

  it('has its logos beside it', () => {
    const logos = Object.values<string>(plugin.info.logos);
    expect(logos).toHaveLength(2);
    for (const logo of logos) {
      expect(logo).not.toMatch(/^[./]/);
      expect(read(join(folder, logo))).toContain('<svg');
    }
  });

  it('has its version and date filled in', () => {
    expect(plugin.info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(plugin.info.updated).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(read(path)).not.toMatch(/%[A-Z_]+%/);
  });

  it('says what it is in at most two sentences, with keywords', () => {
    expect(plugin.info.description.split(/[.!?](?:\s|$)/).filter(Boolean).length).toBeLessThanOrEqual(2);
    expect(plugin.info.keywords.length).toBeGreaterThan(0);
  });

  it('loads little before it is used', () => {
    expect(statSync(join(dist, folder, 'module.js')).size).toBeLessThan(MOST[plugin.type as keyof typeof MOST]);
  });
});

it('keeps lazily loaded code in the folder where the nested modules look for it', () => {
  const modules = nested.map(({ path }) => read(path.replace('plugin.json', 'module.js')));
  const chunks = readdirSync(dist).filter((file) => /^\d+\.js$/.test(file));
  expect(chunks.length).toBeGreaterThan(0);
  for (const text of modules) {
    // The app's id, which src/public-path.ts puts in place of the nested one.
    expect(text).toContain(`"${app.id}"`);
  }
});

it('writes nothing to the console and holds no address of this machine', () => {
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))) {
    const text = read(file);
    expect(text).not.toMatch(/console\.(log|info)\(/);
    expect(text).not.toContain(process.cwd());
  }
});
