import { join } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { literal, sql } from '../../../engine/sql';
import { Lake } from '../../../lake/lake';
import { LakeDataset } from '../../../lake/lake-dataset';
import { groupFiles } from '../../../lake/rewrite';
import { select, eachWithLake, type TemporaryFolder } from '../../../lake/testing/temporary-lake';
import { RouteAssigner, type AssignerOptions } from '../assigner';
import { RouteApplication, type ApplyRoutesOptions } from './apply-routes';
import { routeColumns, withNewRoutes } from './stored-paths';

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made), { within: 'lake' });

const row = (path: string | null, more: Record<string, unknown> = {}) => ({
  time: NOV_1,
  service: 'shop',
  method: 'GET',
  path,
  route: path,
  route_source: 'classifier',
  status: 200,
  duration_ms: 12.5,
  weight: 3,
  attributes: { plan: 'free' },
  ...more,
});
const documents = (...templates: string[]): AssignerOptions['documents'] => [
  {
    service: null,
    name: 'Shop',
    version: 1,
    routes: templates.map((template) => ({ template, where: 'x', methods: { GET: {} } })),
  },
];
const application = (options: AssignerOptions, more: Partial<ApplyRoutesOptions> = {}) =>
  new RouteApplication({
    table: lake.requests,
    engine,
    workFolder: folder.path,
    assigner: () => RouteAssigner.create(options),
    scope: {},
    ...more,
  });
const rows = (columns = 'path, route, route_source') =>
  select(engine, new LakeDataset(lake), columns, 'ORDER BY time, path, request_id');
const files = async () => [...(await lake.snapshot()).files.keys()].sort();

describe('applying routes', () => {
  it('gives stored rows the routes of documents, with their source, and leaves all else as it is', async () => {
    await lake.append({ rows: [row('/users/ada'), row('/users/bo', { status: 500 }), row('/about')] });
    const all = '* EXCLUDE (route, route_source)';
    const before = await rows(all);
    const result = await application({ documents: documents('/users/{userId}') }).apply();
    expect(result).toMatchObject({ rows: 3, changed_rows: 2, files: 1, days: 1, interrupted: false });
    expect(await rows()).toEqual([
      { path: '/about', route: '/about', route_source: 'classifier' },
      { path: '/users/ada', route: '/users/{userId}', route_source: 'openapi' },
      { path: '/users/bo', route: '/users/{userId}', route_source: 'openapi' },
    ]);
    expect(await rows(all)).toEqual(before);
  });

  it('keeps the order of precedence: rule, sender, document, classifier', async () => {
    const ways = [null, 'rule', 'sender', 'openapi', 'classifier'];
    const given = ways.flatMap((route_source) => [
      row(`/a/${route_source}`, { route: '/old', route_source }),
      row(`/b/${route_source}`, { route: '/old', route_source }),
    ]);
    await lake.append({ rows: given });
    const rules = [{ match: '/b/{rule}' }];
    await application({ rules, documents: documents('/a/{doc}', '/b/{doc}') }).apply();
    const expected = [
      ['/a/classifier', '/a/{doc}', 'openapi'],
      ['/a/null', '/old', null],
      ['/a/openapi', '/a/{doc}', 'openapi'],
      ['/a/rule', '/a/{doc}', 'openapi'],
      ['/a/sender', '/old', 'sender'],
      ...['classifier', 'null', 'openapi', 'rule', 'sender'].map((way) => [`/b/${way}`, '/b/{rule}', 'rule']),
    ];
    expect(await rows()).toEqual(expected.map(([path, route, route_source]) => ({ path, route, route_source })));
  });

  it('leaves rows without a path alone', async () => {
    await lake.append({ rows: [row(null, { route: '/x' }), row('*', { route: null, route_source: null })] });
    const { changed_rows } = await application({
      documents: documents('/{any}'),
      rules: [{ match: '/**', route: '/r' }],
    }).apply();
    expect(changed_rows).toBe(0);
    expect(await rows()).toEqual([
      { path: '*', route: null, route_source: null },
      { path: null, route: '/x', route_source: 'classifier' },
    ]);
  });

  it('rewrites only the files in which a row changes, and nothing the second time', async () => {
    await lake.append({ rows: [row('/users/ada'), row('/users/ada', { time: NOV_1 + DAY_US })] });
    await lake.append({ rows: [row('/about')] });
    const before = await files();
    const options = { documents: documents('/users/{userId}') };
    expect(await application(options).apply()).toMatchObject({ files: 2, days: 2, changed_rows: 2 });
    const after = await files();
    expect(after).toHaveLength(3);
    expect(before.filter((path) => after.includes(path))).toHaveLength(1);
    expect(await application(options).apply()).toMatchObject({ files: 0, changed_rows: 0, rows: 3 });
    expect(await files()).toEqual(after);
  });

  it('takes only the rows of a service and a range', async () => {
    const at = (hours: number, service: string) => row('/u/1', { time: NOV_1 + hours * 3_600_000_000, service });
    await lake.append({ rows: [at(0, 'a'), at(1, 'a'), at(2, 'a'), at(1, 'b')] });
    const hour = (n: number) => NOV_1 / 1000 + n * 3_600_000;
    const scope = { service: 'a', from: hour(1), to: hour(2) };
    expect(await application({ documents: documents('/u/{id}') }, { scope }).apply()).toMatchObject({ rows: 1 });
    expect(await rows('service, epoch(time)::INT % 86400 / 3600 AS hour, route_source')).toEqual([
      { service: 'a', hour: 0, route_source: 'classifier' },
      { service: 'a', hour: 1, route_source: 'openapi' },
      { service: 'b', hour: 1, route_source: 'classifier' },
      { service: 'a', hour: 2, route_source: 'classifier' },
    ]);
  });

  it('changes the classifier’s routes only to what it is certain of', async () => {
    const learned = RouteAssigner.create();
    const seen = Array.from({ length: 60 }, (_, index) => `/users/u${index}x${index * 7}/orders`);
    learned.observe(seen.map((path) => ({ service: 'shop', method: 'GET', path, status: 200 })));
    const template = learned.assign({ service: 'shop', method: 'GET', path: seen[0]!, status: 200 }).route;
    expect(template).toBe('/users/{user}/orders');
    await lake.append({ rows: [row(seen[3]!), row('/never/seen', { route: '/never/{x}' })] });
    await application({ state: learned.state() }).apply();
    expect(await rows()).toEqual([
      { path: '/never/seen', route: '/never/{x}', route_source: 'classifier' },
      { path: seen[3], route: template, route_source: 'classifier' },
    ]);
  });

  it('hands rows whose rule or document is gone to the classifier, which is shown all of them first', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `/people/${(index * 7919).toString(36)}q/pets`);
    await lake.append({
      rows: names.map((path, i) => row(path, { route: '/p/{x}', route_source: i % 2 ? 'rule' : 'openapi' })),
    });
    const { services } = await application({}).apply();
    expect(services[0]).toMatchObject({ changed_rows: 40, templates_before: 1, templates_after: 1 });
    expect(await rows('DISTINCT ON (route) time, path, request_id, route, route_source')).toMatchObject([
      { route: '/people/{people}/pets', route_source: 'classifier' },
    ]);
  });

  it('looks at rows that came in while it worked', async () => {
    await lake.append({ rows: [row('/users/ada')] });
    const { requests } = lake;
    const rewrite = requests.rewrite.bind(requests);
    let appended = false;
    requests.rewrite = async (groups, options) => {
      if (!appended) {
        appended = true;
        await lake.append({ rows: [row('/users/bo')] });
      }
      return rewrite(groups, options);
    };
    expect(await application({ documents: documents('/users/{id}') }).apply()).toMatchObject({ changed_rows: 2 });
    expect((await rows()).map(({ route }) => route)).toEqual(['/users/{id}', '/users/{id}']);
  });

  it('plans anew when another process has put its files together meanwhile', async () => {
    const other = await Lake.open(lake.directory, { engine });
    for (const name of ['ada', 'bo', 'cy']) {
      await lake.append({ rows: [row(`/users/${name}`)] });
    }
    const { requests } = lake;
    const rewrite = requests.rewrite.bind(requests);
    let conflicts = 0;
    requests.rewrite = async (groups, options) => {
      if (conflicts++ === 0) {
        const live = [...(await other.snapshot()).files.values()];
        await other.requests.rewrite(groupFiles(live), { operation: 'OPTIMIZE' });
      }
      return rewrite(groups, options);
    };
    const result = await application({ documents: documents('/users/{id}') }).apply();
    expect(conflicts).toBe(2);
    expect(result).toMatchObject({ changed_rows: 3, rows: 3, files: 1 });
    expect((await rows()).map(({ route }) => route)).toEqual(Array(3).fill('/users/{id}'));
  });

  it('stops when told to; what is committed stays and the next run goes on', async () => {
    for (let day = 0; day < 4; day++) {
      await lake.append({ rows: [row('/users/ada', { time: NOV_1 + day * DAY_US })] });
    }
    const stop = new AbortController();
    const options = { documents: documents('/users/{id}') };
    const first = await application(options, {
      signal: stop.signal,
      onProgress: ({ doing, done }) => (doing === 'applying' && done === 2 ? stop.abort() : undefined),
    }).apply();
    expect(first).toMatchObject({ interrupted: true, changed_rows: 2, days: 2 });
    expect((await rows()).map(({ route_source }) => route_source)).toEqual([
      'openapi',
      'openapi',
      'classifier',
      'classifier',
    ]);
    expect(await application(options).apply()).toMatchObject({ interrupted: false, changed_rows: 2, rows: 4 });
  });
});

describe('the preview', () => {
  it('says what would change, merge and split, and changes nothing', async () => {
    await lake.append({
      rows: [
        ...['ada', 'bo', 'cy'].map((name) => row(`/users/${name}`)),
        row('/users/me', { route: '/users/{x}' }),
        row('/users/di', { route: '/users/{x}' }),
        row('/about'),
        row('/users/ada', { service: 'mail' }),
      ],
    });
    const before = [await rows('*'), await files()];
    const options = { documents: documents('/users/{id}', '/users/me') };
    const preview = await application(options).preview();
    expect([await rows('*'), await files()]).toEqual(before);
    expect(preview).toMatchObject({ rows: 7, changed_rows: 6, different_changes: 6, files: 1, days: 1 });
    expect(preview.bytes).toBeGreaterThan(0);
    expect(preview.services).toEqual([
      {
        service: 'shop',
        rows: 6,
        changed_rows: 5,
        templates_before: 5,
        templates_after: 3,
        merged: [
          { into: '/users/{id}', from: ['/users/ada', '/users/bo', '/users/cy', '/users/{x}'], templates: 4, rows: 4 },
        ],
        split: [{ from: '/users/{x}', into: ['/users/me', '/users/{id}'], templates: 2, rows: 2 }],
      },
      {
        service: 'mail',
        rows: 1,
        changed_rows: 1,
        templates_before: 1,
        templates_after: 1,
        merged: [],
        split: [],
      },
    ]);
    const applied = await application(options).apply();
    expect(applied).toEqual(preview);
  });
});

it('joins rows with their new routes by hash, never pair by pair', async () => {
  await lake.append({ rows: [row('/users/ada')] });
  const [add] = (await lake.snapshot()).files.values();
  const rows = routeColumns([join(lake.table, decodeURIComponent(add!.add.path))]);
  const mapping = join(folder.path, 'mapping.parquet');
  await engine.run(
    sql`COPY (SELECT *, route AS new_route, route_source AS new_source FROM ${rows}) TO ${literal(mapping)} (FORMAT parquet)`
  );
  const stored = sql`(SELECT *, current_date AS "date" FROM ${rows})`;
  const plan = await engine.run(sql`EXPLAIN ${withNewRoutes(stored, mapping, { service: 'shop', from: 0, to: 1 })}`);
  expect(
    plan.values
      .flat()
      .join('\n')
      .match(/[A-Z_]*JOIN/g)
  ).toEqual(['HASH_JOIN']);
});
