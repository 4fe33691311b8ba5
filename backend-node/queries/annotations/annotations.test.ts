import { demoDays, generateDay, planDemo } from '../../demo/generate';
import { literal, raw, sql, type Sql } from '../../engine/sql';
import { Bench, type Row, type TestFrame } from '../testing/dataset';

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const MINUTE = 60_000;
const at = (time: string) => Date.parse(`2026-11-${time}Z`);

let bench: Bench;
let datasets = 0;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** A request a minute from one time to another. */
function served(from: string, to: string, columns: Row): Row[] {
  return Array.from({ length: (at(to) - at(from)) / MINUTE }, (_, minute) => ({
    service: 'checkout',
    environment: 'production',
    ...columns,
    time: at(from) + minute * MINUTE,
  }));
}
const version = (service_version: string, more: Row = {}) => ({ service_version, ...more });

interface Posted {
  id: string;
  time: string;
  time_end?: string;
  kind?: string;
  title?: string;
  tags?: string;
  service?: string;
  environment?: string;
  service_version?: string;
}

/** A relation as the table of annotations gives it. */
function postedRelation(posted: readonly Posted[]): Sql | undefined {
  const text = (value: string | undefined) => (value === undefined ? raw('NULL') : literal(value));
  const time = (value: string | undefined) =>
    value === undefined ? raw('CAST(NULL AS TIMESTAMPTZ)') : sql`TIMESTAMPTZ ${literal(`2026-11-${value}:00Z`)}`;
  const rows = posted.map(
    (
      each
    ) => sql`SELECT ${literal(each.id)} AS id, ${literal(each.kind ?? 'event')} AS kind, ${time(each.time)} AS time,
      ${time(each.time_end)} AS time_end, ${literal(each.title ?? each.id)} AS title, CAST(NULL AS VARCHAR) AS text,
      ${text(each.tags)} AS tags, ${text(each.service)} AS service, ${text(each.environment)} AS environment,
      ${text(each.service_version)} AS service_version`
  );
  return rows.length === 0 ? undefined : sql`(${rows.reduce((all, row) => sql`${all} UNION ALL ${row}`)})`;
}

async function frame(rows: Row[], query: Row = {}, posted: Posted[] = [], asked = range): Promise<TestFrame> {
  const dataset = await bench.dataset(`d${datasets++}`, rows);
  const relation = postedRelation(posted);
  const [first] = await bench.answer(
    dataset,
    asked,
    { queryType: 'annotations', ...query },
    { postedAnnotations: () => Promise.resolve(relation) }
  );
  return first!;
}

const marks = async (...given: Parameters<typeof frame>) =>
  (await frame(...given)).rows.map(({ time, timeEnd, title }) => ({
    time: new Date(Number(time)).toISOString(),
    ...(timeEnd === null ? {} : { timeEnd: new Date(Number(timeEnd)).toISOString() }),
    title,
  }));

const deploy = [
  ...served('01T00:00', '02T18:10', version('2.14.3')),
  ...served('02T18:10', '02T19:10', version('2.15.0')),
  ...served('02T19:10', '03T00:00', version('2.15.1')),
];

describe('deploys seen in the requests', () => {
  it('have what Grafana reads of an event, and what it is about', async () => {
    const { rows, fields } = await frame(deploy);
    expect(fields.map(({ name }) => name).slice(0, 7)).toEqual([
      ...['time', 'timeEnd', 'title', 'text', 'tags', 'id', 'kind'],
    ]);
    expect(rows[0]).toEqual({
      time: at('02T18:10'),
      timeEnd: null,
      title: 'checkout 2.15.0',
      text: 'Replaced 2.14.3 in production. Seen in the requests.',
      tags: 'deploy,checkout,production',
      id: `seen:checkout:production:2.15.0:${at('02T18:10')}`,
      kind: 'deploy',
      service: 'checkout',
      environment: 'production',
      service_version: '2.15.0',
    });
    expect(rows[1]).toMatchObject({ title: 'checkout 2.15.1', time: at('02T19:10') });
  });

  it('say when an earlier version came back', async () => {
    const rows = [
      ...served('01T00:00', '02T10:00', version('1')),
      ...served('02T10:00', '02T11:00', version('2')),
      ...served('02T11:00', '02T14:00', version('1')),
    ];
    expect(await marks(rows)).toEqual([
      { time: '2026-11-02T10:00:00.000Z', title: 'checkout 2' },
      { time: '2026-11-02T11:00:00.000Z', title: 'checkout back to 1' },
    ]);
  });

  it('are regions while both versions answered', async () => {
    const rows = [...served('01T00:00', '02T10:20', version('1')), ...served('02T10:00', '02T14:00', version('2'))];
    expect(await marks(rows)).toEqual([
      { time: '2026-11-02T10:00:00.000Z', timeEnd: '2026-11-02T10:19:00.000Z', title: 'checkout 2' },
    ]);
  });

  it('are told apart by service and environment', async () => {
    const rows = [
      ...served('01T00:00', '02T10:00', version('1')),
      ...served('02T10:00', '02T14:00', version('2')),
      ...served('01T00:00', '02T09:00', version('1', { environment: 'staging' })),
      ...served('02T09:00', '02T14:00', version('2', { environment: 'staging' })),
      ...served('01T00:00', '02T14:00', version('7', { service: 'cart' })),
      ...served('01T00:00', '02T11:00', version('1', { service: null, environment: null })),
      ...served('02T11:00', '02T14:00', version('2', { service: null, environment: null })),
    ];
    const { rows: found } = await frame(rows);
    expect(found.map(({ service, environment, time }) => [service, environment, time])).toEqual([
      ['checkout', 'staging', at('02T09:00')],
      ['checkout', 'production', at('02T10:00')],
      [null, null, at('02T11:00')],
    ]);
    expect(found[2]).toMatchObject({ title: '2', text: 'Replaced 1. Seen in the requests.', tags: 'deploy' });
  });

  it('are not invented where the range, or the data, begins', async () => {
    const rows = served('01T12:00', '02T06:00', version('1'));
    expect(await marks(rows)).toEqual([]);
    expect(await marks(rows, {}, [], { from: '2026-11-01T12:00:00Z', to: '2026-11-01T18:00:00Z' })).toEqual([]);
    expect(await marks(deploy, {}, [], { from: '2026-11-02T18:11:00Z', to: '2026-11-02T19:00:00Z' })).toEqual([]);
  });

  it('are found at the very beginning of the range, because what was before is looked at', async () => {
    const asked = { from: '2026-11-02T18:10:00Z', to: '2026-11-02T18:20:00Z' };
    expect(await marks(deploy, {}, [], asked)).toEqual([
      { time: '2026-11-02T18:10:00.000Z', title: 'checkout 2.15.0' },
    ]);
  });

  it('are found though nobody asked for days', async () => {
    const rows = [...served('01T00:00', '01T00:10', version('1')), ...served('05T10:00', '05T10:10', version('2'))];
    const asked = { from: '2026-11-05T09:00:00Z', to: '2026-11-05T11:00:00Z' };
    expect(await marks(rows, {}, [], asked)).toHaveLength(1);
  });

  it('are in the range when only their end is', async () => {
    const rows = [...served('01T00:00', '02T00:20', version('1')), ...served('01T23:50', '02T14:00', version('2'))];
    expect(await marks(rows)).toEqual([
      { time: '2026-11-01T23:50:00.000Z', timeEnd: '2026-11-02T00:19:00.000Z', title: 'checkout 2' },
    ]);
  });

  it('end after the range where they do', async () => {
    const rows = [...served('01T00:00', '03T00:20', version('1')), ...served('02T23:50', '03T14:00', version('2'))];
    expect(await marks(rows)).toMatchObject([{ timeEnd: '2026-11-03T00:19:00.000Z' }]);
  });

  it('leave rows without a version out', async () => {
    const rows = [...deploy, ...served('01T00:00', '03T00:00', { route: '/health' })];
    expect(await marks(rows)).toHaveLength(2);
  });
});

it.each([8_000, 30_000])(
  'finds the deploys of the demo among %d requests, and nothing else',
  async (rows) => {
    const to = at('03T00:00');
    const plan = planDemo({ seed: 7, from: to - 7 * 86_400_000, to, rows });
    const requests = demoDays(plan).flatMap((day) =>
      [...generateDay(plan, day)].map((row) => ({ ...row, time: row.time / 1000 }))
    );
    const { deploy: planted } = plan.incidents;
    const found = await marks(requests, {}, [], {
      from: new Date(plan.from).toISOString(),
      to: new Date(plan.to).toISOString(),
    });
    expect(found.map(({ title }) => title)).toEqual(['checkout 2.15.0', 'checkout 2.15.1']);
    expect(found.every((mark) => !('timeEnd' in mark))).toBe(true);
    const first = (since: number) =>
      Math.min(
        ...requests.filter(({ service, time }) => service === 'checkout' && time >= since).map(({ time }) => time)
      );
    expect(found.map(({ time }) => Date.parse(time))).toEqual([
      Math.floor(first(planted.from)),
      Math.floor(first(planted.to)),
    ]);
  },
  60_000
);

describe('filters on annotations', () => {
  const rows = [...deploy, ...deploy.map((row) => ({ ...row, service: 'cart' }))];
  const where = (key: string, operator: string, value: string) => ({ filters: [{ key, operator, value }] });

  it('choose services, environments and versions', async () => {
    expect(await marks(rows, where('service', '=', 'cart'))).toHaveLength(2);
    expect(await marks(rows, where('environment', '!=', 'production'))).toEqual([]);
    expect(await marks(rows, where('service_version', '=', '2.15.1'))).toEqual([
      { time: '2026-11-02T19:10:00.000Z', title: 'cart 2.15.1' },
      { time: '2026-11-02T19:10:00.000Z', title: 'checkout 2.15.1' },
    ]);
  });

  it('on what an annotation does not have change nothing, and are named', async () => {
    const found = await frame(rows, {
      filters: [
        { key: 'status_class', operator: '=', value: '5xx' },
        {
          any: [
            { key: 'service', operator: '=', value: 'cart' },
            { key: 'route', operator: '=', value: '/a' },
          ],
        },
        { key: 'service', operator: '=', value: 'checkout' },
      ],
    });
    expect(found.rows.map(({ title }) => title)).toEqual(['checkout 2.15.0', 'checkout 2.15.1']);
    expect(found.meta.notices).toContainEqual({
      severity: 'info',
      text: 'Annotations have no status_class, route: filters on it change nothing.',
    });
  });

  it('choose posted ones by the same keys; one that names no service is about all', async () => {
    const posted = [
      { id: 'a', time: '02T10:00', service: 'cart' },
      { id: 'b', time: '02T11:00' },
      { id: 'c', time: '02T12:00', service: 'checkout' },
    ];
    const titles = async (filters: Row) => (await marks([], filters, posted)).map(({ title }) => title);
    expect(await titles(where('service', '=', 'cart'))).toEqual(['a', 'b']);
    expect(await titles(where('service', '!=', 'cart'))).toEqual(['b', 'c']);
    expect(await titles({ filters: [{ key: 'service', operator: 'exists' }] })).toEqual(['a', 'c']);
    expect(await titles(where('route', '=', '/a'))).toEqual(['a', 'b', 'c']);
  });
});

describe('posted annotations', () => {
  const posted: Posted[] = [
    { id: 'before', time: '01T23:00', time_end: '01T23:59' },
    { id: 'into', time: '01T23:00', time_end: '02T01:00' },
    { id: 'within', time: '02T10:00', tags: 'sale,web' },
    { id: 'broken', time: '02T11:00', kind: 'incident' },
    { id: 'after', time: '03T00:00' },
  ];
  const ids = async (query: Row) => (await frame([], query, posted)).columns['id'];

  it('are those that overlap the range, in order', async () => {
    expect(await ids({})).toEqual(['into', 'within', 'broken']);
  });

  it('are chosen by kind and tag', async () => {
    expect(await ids({ kind: ['incident'] })).toEqual(['broken']);
    expect(await ids({ tags: ['web', 'other'] })).toEqual(['within']);
    expect(await ids({ tags: ['incident'] })).toEqual(['broken']);
  });

  it('are the newest where there are more than asked for, and that is said', async () => {
    const { columns, meta } = await frame([], { limit: 2 }, posted);
    expect(columns['id']).toEqual(['within', 'broken']);
    expect(meta.notices).toContainEqual({
      severity: 'info',
      text: 'Only the 2 newest of 3 annotations are shown: raise limit for more.',
    });
  });

  it('do not read the requests when no deploys are asked for', async () => {
    const { meta } = await frame(deploy, { kind: ['event', 'incident'] }, posted);
    expect(meta.executedQueryString).not.toContain('FROM requests');
  });
});

describe('a deploy that was posted and is seen', () => {
  const told = { id: 'ci-7', kind: 'deploy', title: 'Checkout 2.15.0 by CI', service: 'checkout' };

  it('is one annotation, in the words of the posted one', async () => {
    const posted = [{ ...told, time: '02T18:05', environment: 'production', service_version: '2.15.0' }];
    expect(await marks(deploy, {}, posted)).toEqual([
      { time: '2026-11-02T18:05:00.000Z', title: 'Checkout 2.15.0 by CI' },
      { time: '2026-11-02T19:10:00.000Z', title: 'checkout 2.15.1' },
    ]);
  });

  it('is found by what is seen in the range, when it was posted the day before', async () => {
    const rows = [...served('01T00:00', '02T10:20', version('1')), ...served('01T23:30', '02T14:00', version('2'))];
    const posted = [{ ...told, time: '01T12:00', service_version: '2' }];
    expect(await marks(rows, {}, posted)).toEqual([
      { time: '2026-11-01T12:00:00.000Z', timeEnd: '2026-11-02T10:19:00.000Z', title: 'Checkout 2.15.0 by CI' },
    ]);
  });

  it('ends when the version before was last seen', async () => {
    const rows = [...served('01T00:00', '02T10:20', version('1')), ...served('02T10:00', '02T14:00', version('2'))];
    const posted = [{ ...told, time: '02T09:58', service_version: '2' }];
    expect(await marks(rows, {}, posted)).toEqual([
      {
        ...{ time: '2026-11-02T09:58:00.000Z', timeEnd: '2026-11-02T10:19:00.000Z' },
        title: 'Checkout 2.15.0 by CI',
      },
    ]);
  });

  it.each([
    ['environment', { environment: 'staging', service_version: '2.15.0' }],
    ['version', { environment: 'production', service_version: '2.15.2' }],
    ['service', { service: 'cart', environment: 'production', service_version: '2.15.0' }],
    ['day', { time: '01T12:00', environment: 'production', service_version: '2.15.0' }],
    ['kind', { kind: 'event', environment: 'production', service_version: '2.15.0' }],
  ])('stays beside one of another %s', async (_, differing) => {
    const posted = [{ ...told, time: '02T18:05', ...differing }];
    expect((await marks(deploy, {}, posted)).map(({ title }) => title)).toContain('checkout 2.15.0');
  });
});

describe('annotations of an earlier time', () => {
  it('lie over the range, and say so', async () => {
    const dataset = await bench.dataset(`d${datasets++}`, deploy);
    const asked = { from: '2026-11-03T00:00:00Z', to: '2026-11-04T00:00:00Z' };
    const frames = await bench.answer(
      dataset,
      asked,
      { queryType: 'annotations', timeShift: '1d' },
      { now: () => at('04T00:00') }
    );
    expect(frames.map(({ rows }) => rows.map(({ time, title }) => [time, title]))).toEqual([
      [],
      [
        [at('03T18:10'), 'checkout 2.15.0 (1d earlier)'],
        [at('03T19:10'), 'checkout 2.15.1 (1d earlier)'],
      ],
    ]);
  });
});
