import { unlink } from 'node:fs/promises';

import type { Engine } from '../engine/engine';
import type { Dataset } from '../lake/dataset';
import { runQueries } from './run';
import { Bench, epoch } from './testing/dataset';
import { shopRows } from './testing/shop';

const range = { from: epoch('2026-11-02T10:00:00Z'), to: epoch('2026-11-02T14:00:00Z') };
const traffic = (refId: string, more: object = {}) => ({ refId, queryType: 'traffic', ...more });

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await bench.dataset('requests', shopRows({ rows: 50, ...range, seed: 61 }));
});
afterAll(() => bench.close());

const ask = (request: object, more: object = {}) =>
  runQueries(request as never, { datasets: new Map([['requests', data]]), engine: bench.engine, ...more });

describe('a request', () => {
  it('is answered for every refId, and one error leaves the others alone', async () => {
    const queries = [
      traffic('A'),
      traffic('B', { filters: [{ key: 'no', operator: '=', value: '' }] }),
      traffic('C', { dataset: 'x' }),
      { refId: 'D' },
      traffic('E'),
    ];
    const { results } = await ask({ ...range, queries });
    expect(Object.entries(results).map(([refId, { status, errorSource }]) => [refId, status, errorSource])).toEqual([
      ['A', 200, undefined],
      ['B', 400, 'downstream'],
      ['C', 400, 'downstream'],
      ['D', 400, 'downstream'],
      ['E', 200, undefined],
    ]);
    expect(results['C']!.error).toContain('Use one of: requests. [APITRAIL_UNKNOWN_DATASET]');
  });

  it('takes its range as texts too', async () => {
    const { results } = await ask({ from: String(range.from), to: String(range.to), queries: [traffic('A')] });
    expect(results['A']!.status).toBe(200);
  });

  it.each([
    ['an empty range', { from: 5, to: 5, queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['a reversed range', { from: 6, to: 5, queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['a range that is no number', { from: 'now-1h', to: 'now', queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['a range with fractions', { from: 1.5, to: 5, queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['microseconds', { from: 1e15, to: 2e15, queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['the year 9999', { from: 0, to: 253402300800000, queries: [traffic('A')] }, 'APITRAIL_BAD_RANGE'],
    ['no queries', { from: 1, to: 5, queries: [] }, 'APITRAIL_BAD_REQUEST'],
    ['a query without a name', { from: 1, to: 5, queries: [{ queryType: 'traffic' }] }, 'APITRAIL_BAD_REQUEST'],
    ['two queries of one name', { from: 1, to: 5, queries: [traffic('A'), traffic('A')] }, 'APITRAIL_BAD_REQUEST'],
  ])('with %s is refused as a whole', async (_, request, code) => {
    await expect(ask(request)).rejects.toMatchObject({ name: 'ApitrailError', code });
  });

  it.each(['UTC', 'Europe/Berlin'])('over centuries is answered, in %s', async (timezone) => {
    const range = { from: Date.UTC(1700), to: Date.UTC(2200) };
    const steps = ['/', '/cart'].map((value) => ({ name: value, filters: [{ key: 'route', operator: '=', value }] }));
    const queries = [
      traffic('A', { timezone }),
      traffic('B', { timezone, queryType: 'heatmap', x: 'hour_of_day' }),
      traffic('C', { timezone, queryType: 'heatmap', x: 'day_of_week', y: 'latency' }),
      traffic('D', { timezone, queryType: 'funnel', steps, window: '366d' }),
      traffic('E', { timezone, interval: '36525d' }),
    ];
    const { results } = await ask({ ...range, queries });
    expect(Object.values(results).map(({ status, error }) => error ?? status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('is told to rest on sampled rows only where the filters leave some', async () => {
    const sampled = await bench.dataset('sampled', [
      { time: range.from, route: '/a', weight: 10 },
      { time: range.from, route: '/b' },
    ]);
    const notices = async (operator: string) => {
      const filters = [{ key: 'weight', operator }];
      const [frame] = await bench.answer(sampled, range, { ...traffic('A'), filters });
      return (frame!.meta.notices ?? []).filter(({ text }) => text.includes('sampled')).length;
    };
    expect([await notices('exists'), await notices('!exists')]).toEqual([1, 0]);
  });

  it('says nothing of sampling where its filters leave no row', async () => {
    const sampled = await bench.dataset('sampled-none', [{ time: range.from, service: 'a', weight: 10 }]);
    const filters = [{ key: 'service', operator: '=', value: 'nope' }];
    const [frame] = await bench.answer(sampled, range, { ...traffic('A'), filters });
    expect((frame!.meta.custom as { apitrail: object }).apitrail).not.toHaveProperty('sampled');
  });

  it('reads everything of a dataset from one snapshot', async () => {
    let snapshots = 0;
    const counted: Dataset = { ...data, snapshot: () => (snapshots++, data.snapshot()) };
    await ask({ ...range, queries: [traffic('A'), traffic('B')] }, { datasets: new Map([['requests', counted]]) });
    expect(snapshots).toBe(1);
  });

  it('is asked again, all of it, over a new snapshot when a file was compacted away', async () => {
    const gone = await bench.write('gone', shopRows({ rows: 10, ...range }));
    const old = await bench.over('requests', [gone]).snapshot();
    await unlink(gone);
    let snapshots = 0;
    const compacted: Dataset = { ...data, snapshot: async () => (snapshots++ === 0 ? old : data.snapshot()) };
    const { results } = await ask(
      { ...range, queries: [traffic('A'), traffic('B')] },
      { datasets: new Map([['requests', compacted]]) }
    );
    expect(snapshots).toBe(2);
    expect([results['A']!.status, results['B']!.status]).toEqual([200, 200]);
  });

  it('is not asked a third time', async () => {
    const gone = await bench.write('gone-for-good', shopRows({ rows: 10, ...range }));
    const old = await bench.over('requests', [gone]).snapshot();
    await unlink(gone);
    const broken: Dataset = { ...data, snapshot: async () => old };
    const { results } = await ask({ ...range, queries: [traffic('A')] }, { datasets: new Map([['requests', broken]]) });
    expect(results['A']).toMatchObject({
      status: 500,
      errorSource: 'plugin',
      error: expect.stringContaining('APITRAIL_LAKE_UNREADABLE'),
    });
  });

  it('ends when the one who asked goes away', async () => {
    const controller = new AbortController();
    controller.abort();
    const { results } = await ask({ ...range, queries: [traffic('A')] }, { signal: controller.signal });
    expect(results['A']).toMatchObject({ status: 499, error: expect.stringContaining('APITRAIL_QUERY_CANCELLED') });
  });

  it('lets each query in by the rule it is given', async () => {
    let inside = 0;
    let most = 0;
    let queue = Promise.resolve();
    const admit = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = queue.then(async () => {
        most = Math.max(most, ++inside);
        return work().finally(() => inside--);
      });
      queue = turn.then(
        () => undefined,
        () => undefined
      );
      return turn;
    };
    await ask({ ...range, queries: [traffic('A'), traffic('B'), traffic('C')] }, { admit });
    expect(most).toBe(1);
  });

  it('hides a fault of ours from the one who asked, and tells the log', async () => {
    const faults: unknown[] = [];
    const engine: Engine = {
      ...bench.engine,
      name: 'x',
      version: '0',
      close: async () => undefined,
      run: () => Promise.reject(new TypeError('secret')),
    };
    const { results } = await ask(
      { ...range, queries: [traffic('A')] },
      { engine, onFault: (error: unknown) => faults.push(error) }
    );
    expect(results['A']).toMatchObject({ status: 500, errorSource: 'plugin' });
    expect(results['A']!.error).not.toContain('secret');
    expect(faults).toEqual([expect.objectContaining({ message: 'secret' })]);
  });

  it('whose query names an unresolved variable is told which', async () => {
    const filters = [{ key: 'route', operator: '=', value: '$route' }];
    const { results } = await ask({ ...range, queries: [traffic('A', { filters })] });
    expect(results['A']!.error).toMatch(/filters\[0\]\.value.*\$route.*APITRAIL_UNRESOLVED_VARIABLE/);
  });

  it('says what was run, what it read and how long it took', async () => {
    const { results } = await ask({ ...range, queries: [traffic('A')] });
    const { meta } = results['A']!.frames![0]!.schema;
    expect(meta!.executedQueryString).toContain("TIMESTAMPTZ '2026-11-02T10:00:00.000Z'");
    expect(meta!.stats!.map(({ displayName, unit }) => [displayName, unit])).toEqual([
      ['Rows in the files read', 'short'],
      ['Bytes of the files read', 'bytes'],
      ['Files read', 'short'],
      ['Time taken', 'ms'],
    ]);
  });

  it('says so when the range lies outside the data, or begins long before it', async () => {
    const notices = async (from: number, to: number) => {
      const { results } = await ask({ from, to, queries: [traffic('A', { interval: '1h' })] });
      return (results['A']!.frames![0]!.schema.meta!.notices ?? []).map(({ text }) => text);
    };
    const hour = 3_600_000;
    expect(await notices(range.from - 20 * hour, range.from - 10 * hour)).toEqual([
      expect.stringContaining('no data in this range'),
    ]);
    expect(await notices(range.from - 4 * hour, range.to)).toEqual([expect.stringContaining('Data begins at')]);
    expect(await notices(range.from, range.to)).toEqual([]);
  });
});
