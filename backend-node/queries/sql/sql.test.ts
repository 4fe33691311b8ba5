import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Dataset } from '../../lake/dataset';
import { SqlSandbox } from '../../sql/process/sandbox';
import { sqlConfigSchema } from '../../sql/process/settings';
import { buildChildScript } from '../../sql/testing/child-script';
import { Bench, epoch, type Row } from '../testing/dataset';

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
let bench: Bench;
let data: Dataset;
let gateway: Dataset;
let folder: string;
let sandbox: SqlSandbox;

beforeAll(async () => {
  bench = await Bench.open();
  folder = await mkdtemp(join(tmpdir(), 'apitrail-sql-'));
  sandbox = new SqlSandbox({
    config: sqlConfigSchema.parse({ rows: 50 }),
    threads: 2,
    script: buildChildScript(),
    folder,
  });
  const rows = Array.from({ length: 48 }, (_, index): Row => ({
    time: epoch('2026-11-02T00:00:00Z') + index * 1_800_000,
    service: index % 2 === 0 ? 'cart' : 'checkout',
    route: "/it's/{id}",
    status: index % 12 === 0 ? 500 : 200,
    duration_ms: index,
    customer: index % 3 === 0 ? null : `c${index % 3}`,
    attributes: { plan: 'gold' },
  }));
  const earlier = rows.slice(0, 10).map((row) => ({ ...row, time: (row['time'] as number) - 86_400_000 }));
  data = await bench.dataset('requests', rows, earlier);
  gateway = await bench.dataset('gateway', [{ time: range.from, service: 'gw' }]);
});
afterAll(async () => {
  await sandbox.close();
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

type Fields = Record<string, unknown>;
const context = () => ({
  userSql: sandbox.run.bind(sandbox),
  datasets: new Map([data, gateway].map((dataset) => [dataset.name, dataset])),
  now: () => epoch(range.to),
});
const answer = (sql: string, more: Fields = {}) =>
  bench.answer(data, range, { queryType: 'sql', sql, ...more }, context());
const first = async (sql: string, more: Fields = {}) => (await answer(sql, more))[0]!;
const refusal = async (sql: string, more: Fields = {}) => {
  const { results } = await bench.query(data, range, [{ queryType: 'sql', sql, ...more }], context());
  const { status, error } = results['A']!;
  return { status, error };
};

describe('a table', () => {
  it('has a field per column, of its type', async () => {
    const frame = await first(
      `SELECT TIMESTAMPTZ '2026-11-02 10:00:00.0005Z' AS t, TIMESTAMP '2026-11-02 10:00:00' AS naive, DATE '2026-11-02' AS d,
        TIMESTAMP_NS '2026-11-02 10:00:00.123456789' AS ns, 9007199254740993::BIGINT AS big, 1.25::DECIMAL(9, 2) AS dec,
        (2::HUGEINT) ** 70 AS pow, true AS b, INTERVAL 90 MINUTE AS i, TIME '10:30:00' AS clock, [1, 2] AS list,
        MAP {'a': 1.5} AS m, {'x': [true], 'at': TIMESTAMP '2026-11-02 10:00:00'} AS s, NULL AS nothing,
        'nan'::DOUBLE AS nan, 'ab'::BLOB AS blob`
    );
    expect(frame.rows).toEqual([
      {
        t: epoch('2026-11-02T10:00:00Z'),
        naive: epoch('2026-11-02T10:00:00Z'),
        d: '2026-11-02',
        ns: epoch('2026-11-02T10:00:00.123Z'),
        big: 9007199254740992,
        dec: 1.25,
        pow: 2 ** 70,
        b: true,
        i: '01:30:00',
        clock: '10:30:00',
        list: [1, 2],
        m: { a: 1.5 },
        s: { x: [true], at: '2026-11-02T10:00:00.000Z' },
        nothing: null,
        nan: null,
        blob: 'ab',
      },
    ]);
    expect(frame.fields.map(({ type }) => type)).toEqual([
      ...['time', 'time', 'string', 'time', 'number', 'number', 'number', 'boolean', 'string', 'string'],
      ...['other', 'other', 'other', 'number', 'number', 'string'],
    ]);
  });

  it('says what of it could not be shown as it is', async () => {
    const frame = await first(
      `SELECT 9007199254740993 AS big, 2::HUGEINT ** 70 AS pow, 12345678901234567.89::DECIMAL(30, 2) AS dec, 0.1::DECIMAL(9, 1) AS small,
        TIMESTAMP '9999-12-31' AS t, TIMESTAMP '2026-01-01' AS now, 'infinity'::TIMESTAMP AS inf`
    );
    expect(frame.rows[0]).toMatchObject({ t: null, inf: null, now: epoch('2026-01-01') });
    const notices = frame.meta.notices ?? [];
    expect(notices).toContainEqual({
      severity: 'warning',
      text: expect.stringMatching(/of big, dec have more digits/),
    });
    expect(notices).toContainEqual({ severity: 'warning', text: expect.stringMatching(/of t before 1677/) });
    expect((await first('SELECT 9007199254740991 AS n')).meta.notices ?? []).toEqual([]);
  });

  it('gives columns of the record their units, and columns of one name different ones', async () => {
    const frame = await first('SELECT duration_ms, status AS a, service AS a, 1 AS a_1 FROM requests LIMIT 1');
    expect(frame.fields[0]!.config).toMatchObject({ unit: 'ms', description: expect.any(String) });
    expect(frame.fields.slice(1).map(({ name }) => name)).toEqual(['a', 'a_1', 'a_1_1']);
  });

  it('keeps the order, says what ran, and what of it was cut off', async () => {
    const frame = await first('SELECT duration_ms FROM requests ORDER BY duration_ms DESC', { limit: 2 });
    expect(frame.columns['duration_ms']).toEqual([47, 46]);
    expect(frame.meta.executedQueryString).toBe('SELECT duration_ms FROM requests ORDER BY duration_ms DESC');
    expect(frame.meta.notices).toContainEqual({ severity: 'warning', text: expect.stringContaining('first 2 rows') });
  });

  it('has at most as many rows as the configuration allows', async () => {
    const frame = await first('SELECT * FROM range(100)', { limit: 80 });
    expect(frame.rows).toHaveLength(50);
    expect(frame.meta.notices).toContainEqual({ severity: 'warning', text: expect.stringContaining('first 50 rows') });
  });

  it('has its columns without rows', async () => {
    const frame = await first('SELECT time, status FROM requests WHERE false');
    expect(frame.fields.map(({ name }) => name)).toEqual(['time', 'status']);
    expect(frame.rows).toEqual([]);
  });
});

describe('what it reads', () => {
  it('is all of the dataset, of which $__timeFilter keeps the range', async () => {
    expect((await first('SELECT count(*) AS n FROM requests')).rows).toEqual([{ n: 58 }]);
    expect((await first('SELECT count(*) AS n FROM requests WHERE $__timeFilter(time)')).rows).toEqual([{ n: 48 }]);
  });

  it.each([
    [[{ key: 'service', operator: '=', value: 'cart' }], 29],
    [[{ key: 'route', operator: '=~', value: "it's/\\{" }], 58],
    [[{ key: 'service', operator: '=|', values: ['cart', "'; DROP VIEW requests; --"] }], 29],
    [[{ key: 'status', operator: '>=', value: '500' }], 5],
    [
      [
        {
          any: [
            { key: 'customer', operator: '!exists' },
            { key: 'attributes.plan', operator: '=', value: 'tin' },
          ],
        },
      ],
      20,
    ],
  ])('meets the filters %j', async (filters, n) => {
    expect((await first('SELECT count(*) AS n FROM requests', { filters })).rows).toEqual([{ n }]);
  });

  it('is other datasets too, by their names, without the filters', async () => {
    const filters = [{ key: 'service', operator: '=', value: 'cart' }];
    const frame = await first('SELECT service FROM gateway UNION SELECT service FROM requests ORDER BY 1', { filters });
    expect(frame.columns['service']).toEqual(['cart', 'gw']);
  });

  it('is what the query’s dataset says, under the name requests', async () => {
    const sql = 'SELECT a.service, (SELECT count(*) FROM gateway) AS n FROM requests a';
    expect((await first(sql, { dataset: 'gateway' })).rows).toEqual([{ service: 'gw', n: 1 }]);
  });

  it('is in the time zone of the query', async () => {
    const sql =
      "SELECT hour(time) AS h, date_trunc('day', time) AS day FROM requests WHERE $__timeFilter(time) ORDER BY time LIMIT 1";
    expect((await first(sql, { timezone: 'Asia/Tokyo' })).rows).toEqual([{ h: 9, day: epoch('2026-11-01T15:00:00Z') }]);
  });
});

describe('series', () => {
  const sql =
    'SELECT $__timeGroup(time, 6h) AS t, service, count(*) AS n, max(duration_ms) AS slowest FROM requests WHERE $__timeFilter(time) GROUP BY ALL ORDER BY t DESC';

  it('are one per number and label, oldest first', async () => {
    const frames = await answer(sql, { format: 'time_series' });
    expect(frames).toHaveLength(4);
    expect(frames.map(({ fields }) => fields[1]!.labels)).toContainEqual({ service: 'checkout' });
    expect(frames.map(({ meta }) => meta.type)).toEqual(Array(4).fill('timeseries-multi'));
    expect(frames[0]!.columns['t']).toEqual([0, 6, 12, 18].map((hour) => epoch(range.from) + hour * 3_600_000));
    expect(frames[0]!.columns['n']).toEqual([6, 6, 6, 6]);
  });

  it('take dates for times, and leave out rows without one', async () => {
    const text = "SELECT unnest([DATE '2026-11-02', NULL, DATE '2026-11-01']) AS day, unnest([1, 2, 3]) AS n";
    const [frame] = await answer(text, { format: 'time_series' });
    expect(frame!.rows).toEqual([
      { day: epoch('2026-11-01'), n: 3 },
      { day: epoch('2026-11-02'), n: 1 },
    ]);
    expect(frame!.meta.notices).toContainEqual({ severity: 'info', text: '1 row without a time is left out.' });
  });

  it('leave out times that Grafana cannot hold', async () => {
    const text = "SELECT unnest([TIMESTAMP '290000-01-01', TIMESTAMP '2026-11-02']) AS time, unnest([1, 2]) AS v";
    const [frame] = await answer(text, { format: 'time_series' });
    expect(frame!.rows).toEqual([{ time: epoch('2026-11-02'), v: 2 }]);
  });

  it('of an earlier time lie over those of the range', async () => {
    const text =
      'SELECT $__timeGroup(time, 6h) AS t, count(*) AS n FROM requests WHERE $__timeFilter(time) GROUP BY ALL';
    const frames = await answer(text, { format: 'time_series', timeShift: '1d' });
    expect(frames).toHaveLength(2);
    expect(frames[1]!.rows).toEqual([{ t: epoch(range.from), n: 10 }]);
  });

  it.each([
    ['SELECT 1 AS n', 'needs a column of times'],
    ['SELECT now() AS t', 'needs a column of numbers'],
    ['SELECT time, ingested_at, status FROM requests', 'time and ingested_at are'],
  ])('are refused of %s', async (text, what) => {
    const { status, error } = await refusal(text, { format: 'time_series' });
    expect(status).toBe(400);
    expect(error).toContain(what);
    expect(error).toContain('[APITRAIL_UNSUPPORTED_FORMAT]');
  });
});

describe('numbers for alerts', () => {
  it('are one per label', async () => {
    const [frame] = await answer(
      'SELECT count(*) AS n, service, status = 500 AS failed FROM requests GROUP BY ALL ORDER BY ALL',
      {
        format: 'numeric',
      }
    );
    expect(frame!.meta.type).toBe('numeric-long');
    expect(frame!.rows[0]).toEqual({ service: 'cart', failed: 'true', n: 5 });
    expect(frame!.fields.map(({ type }) => type)).toEqual(['string', 'string', 'number']);
  });

  it.each([
    ["SELECT 'a' AS a", 'exactly one column of numbers, and there is none'],
    ['SELECT 1 AS a, 2 AS b', 'a and b are'],
    ['SELECT now() AS t, 1 AS a', 't is a time'],
    ['SELECT unnest([1, 2]) AS a', 'rows 1 and 2 do not'],
  ])('are refused of %s', async (text, what) => {
    expect((await refusal(text, { format: 'numeric' })).error).toContain(what);
  });
});

describe('log lines', () => {
  it('have the time, the body, the severity, and the rest as labels', async () => {
    const [frame] = await answer(
      "SELECT time, route AS message, if(status = 500, 'error', 'info') AS level, service, status FROM requests ORDER BY time LIMIT 1",
      { format: 'logs' }
    );
    expect(frame!.meta.type).toBe('log-lines');
    expect(frame!.rows).toEqual([
      {
        timestamp: epoch('2026-11-01T00:00:00Z'),
        body: "/it's/{id}",
        severity: 'error',
        id: '0',
        labels: { service: 'cart', status: '500' },
      },
    ]);
  });

  it('leave out times that Grafana cannot hold', async () => {
    const [frame] = await answer("SELECT time, path, TIMESTAMP '290000-01-01' AS t2 FROM requests LIMIT 2", {
      format: 'logs',
    });
    expect(frame!.rows.map(({ labels }) => labels)).toEqual([{}, {}]);
  });

  it('are refused without text', async () => {
    expect((await refusal('SELECT time, status FROM requests', { format: 'logs' })).error).toContain(
      'a column of text'
    );
  });
});

describe('errors', () => {
  it.each([
    ['SELECT\n  servce FROM requests', 'Line 2, column 3: Referenced column "servce" not found', 'APITRAIL_SQL_ERROR'],
    [
      'SELECT $__timeGroup(time, 1h), sum(service) FROM requests GROUP BY 1',
      'Line 1, column 32: No function matches',
      'APITRAIL_SQL_ERROR',
    ],
    [
      "SELECT 'é', CAST(route AS INTEGER) FROM requests",
      'Line 1, column 13: Could not convert string',
      'APITRAIL_SQL_ERROR',
    ],
    ["SELECT * FROM requests WHERE regexp_matches(path, '(')", 'missing )', 'APITRAIL_SQL_ERROR'],
    ['SELECT service, count(*) FROM requests', 'must appear in the GROUP BY clause', 'APITRAIL_SQL_ERROR'],
    ['SELECT *\nFROM lake', 'Line 2, column 6: There is no table', 'APITRAIL_SQL_REFUSED'],
    ['SELECT *\nFORM x', 'Line 2, column 6: The SQL cannot be parsed', 'APITRAIL_SQL_SYNTAX'],
    ['SELECT 1\nWHERE $__timeFilter()', 'Line 2, column 7: $__timeFilter', 'APITRAIL_SQL_SYNTAX'],
  ])('of %j say what is wrong', async (text, what, code) => {
    const { status, error } = await refusal(text);
    expect(status).toBe(400);
    expect(error).toContain(what);
    expect(error).toContain(`[${code}]`);
    expect(error).not.toContain(bench.directory);
  });

  it('name what is missing where nothing can run SQL', async () => {
    const { results } = await bench.query(data, range, [{ queryType: 'sql', sql: 'SELECT 1' }]);
    expect(results['A']).toMatchObject({ status: 403, error: expect.stringContaining('[APITRAIL_SQL_OFF]') });
  });

  it('refuse to compare what does not depend on the range', async () => {
    expect((await refusal('SELECT 1', { timeShift: '1d' })).error).toContain('$__timeFilter');
  });
});
