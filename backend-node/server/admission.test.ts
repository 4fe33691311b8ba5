import { ApitrailError } from '@apitrail/contract';

import { Admission } from './admission';

/** A query that ends when it is told to. */
function controlled() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, ended };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

test('no more run at once than may', async () => {
  const admission = new Admission({ concurrency: 2, queueLength: 10 });
  const queries = Array.from({ length: 5 }, controlled);
  let running = 0;
  let most = 0;
  const all = queries.map(({ ended }) =>
    admission.run('a', never, async () => {
      most = Math.max(most, ++running);
      await ended;
      running--;
    })
  );
  await settled();
  expect(admission.load).toEqual({ running: 2, waiting: 3 });
  queries.forEach(({ end }) => end());
  await Promise.all(all);
  expect(most).toBe(2);
  expect(admission.load).toEqual({ running: 0, waiting: 0 });
});

test('turns go round the callers', async () => {
  const admission = new Admission({ concurrency: 1, queueLength: 10 });
  const first = controlled();
  const order: string[] = [];
  const ask = (caller: string, name: string) =>
    admission.run(caller, never, () => Promise.resolve(void order.push(name)));
  const all = [
    admission.run('a', never, () => first.ended),
    ask('a', 'a1'),
    ask('a', 'a2'),
    ask('a', 'a3'),
    ask('b', 'b1'),
    ask('c', 'c1'),
  ];
  await settled();
  first.end();
  await Promise.all(all);
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
});

test('a full queue refuses, with a time to come back', async () => {
  const admission = new Admission({ concurrency: 1, queueLength: 1 });
  const { end, ended } = controlled();
  const all = [admission.run('a', never, () => ended), admission.run('a', never, () => ended)];
  await expect(admission.run('b', never, () => ended)).rejects.toMatchObject({ code: 'APITRAIL_BUSY' });
  expect(admission.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  end();
  await Promise.all(all);
});

test('who goes away while waiting frees the place', async () => {
  const admission = new Admission({ concurrency: 1, queueLength: 1 });
  const { end, ended } = controlled();
  const gone = new AbortController();
  const first = admission.run('a', never, () => ended);
  const second = admission.run('a', gone.signal, () => ended);
  gone.abort(new ApitrailError('APITRAIL_QUERY_CANCELLED', 'gone'));
  await expect(second).rejects.toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
  expect(admission.load).toEqual({ running: 1, waiting: 0 });
  end();
  await first;
});

test('a deadline that passes while waiting says busy', async () => {
  const admission = new Admission({ concurrency: 1, queueLength: 1 });
  const { end, ended } = controlled();
  const late = new AbortController();
  const first = admission.run('a', never, () => ended);
  const second = admission.run('a', late.signal, () => ended);
  late.abort(new ApitrailError('APITRAIL_QUERY_TIMEOUT', 'late'));
  await expect(second).rejects.toMatchObject({ code: 'APITRAIL_BUSY' });
  end();
  await first;
});

test('a query that fails gives its place free', async () => {
  const admission = new Admission({ concurrency: 1, queueLength: 0 });
  await expect(admission.run('a', never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(admission.run('a', never, () => Promise.resolve(1))).resolves.toBe(1);
});

test.each([
  ['sql.slots', /raise sql\.slots .* or limits\.queued_queries/],
  [undefined, /raise limits\.concurrent_queries .* or limits\.queued_queries/],
])('a queue that is full names the settings that are to blame: %s', async (setting, said) => {
  const admission = new Admission({ concurrency: 1, queueLength: 0, ...(setting ? { setting } : {}) });
  const { end, ended } = controlled();
  const running = admission.run('a', never, () => ended);
  await expect(admission.run('b', never, () => ended)).rejects.toThrow(said);
  end();
  await running;
});
