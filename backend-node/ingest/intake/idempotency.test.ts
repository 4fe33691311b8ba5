import { IntakeBench, until } from './testing/intake-bench';
import { send, testRows } from './testing/test-batches';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const idsOf = (rows: ReadonlyArray<{ id: string }>): string[] => rows.map(({ id }) => id).sort();

it('takes a batch of a known key in once', async () => {
  const intake = await bench.intake();
  const rows = testRows(3);
  expect(await send(intake, { rows, key: 'k' })).toMatchObject({ seq: 1, repeated: false });
  expect(await send(intake, { rows, key: 'k' })).toEqual({ seq: 1, repeated: true, known: [] });
  expect(intake.status()).toMatchObject({ batches: 1, rows: 3, repeated: { batches: 1, records: 0 } });
  await intake.close();
  expect(await bench.ids()).toEqual(idsOf(rows));
});

it('a key is its sender’s alone', async () => {
  const intake = await bench.intake();
  const [a, b] = [testRows(1), testRows(1)];
  await send(intake, { rows: a, key: 'k', from: 'one' });
  expect(await send(intake, { rows: b, key: 'k', from: 'two' })).toMatchObject({ seq: 2, repeated: false });
  await intake.close();
  expect(await bench.ids()).toEqual(idsOf([...a, ...b]));
});

it('repeats that come while the first is under way are told what became of it', async () => {
  const intake = await bench.intake();
  const rows = testRows(2);
  const receipts = await Promise.all(Array.from({ length: 5 }, () => send(intake, { rows, key: 'k' })));
  expect(receipts.map(({ seq }) => seq)).toEqual([1, 1, 1, 1, 1]);
  expect(receipts.filter(({ repeated }) => !repeated)).toHaveLength(1);
  await intake.close();
  expect(await bench.ids()).toEqual(idsOf(rows));
});

it('takes a record of a known id in once, also within a batch and at the same time', async () => {
  const intake = await bench.intake();
  const [a, b, c] = testRows(3) as [{ id: string }, { id: string }, { id: string }];
  const [first, second] = await Promise.all([
    send(intake, { rows: [a, b, a], ids: true }),
    send(intake, { rows: [b, c], ids: true }),
  ]);
  expect(first).toMatchObject({ seq: 1, known: [2] });
  expect(second).toMatchObject({ seq: 2, known: [0] });
  expect(await send(intake, { rows: [c, a], ids: true })).toMatchObject({ repeated: false, known: [0, 1] });
  expect(intake.durableSeq).toBe(2);
  await intake.close();
  expect(await bench.ids()).toEqual(idsOf([a, b, c]));
});

it.each(['before', 'after'])('knows keys and ids after a kill %s their commit', async (when) => {
  const intake = await bench.intake();
  const [named, records] = [testRows(2), testRows(2)];
  await send(intake, { rows: named, key: 'k' });
  await send(intake, { rows: records, ids: true });
  if (when === 'before') {
    await until(async () => (await bench.ids()).length === 4);
  } else {
    await intake.close();
  }
  const after = await bench.killed();
  const again = await after.intake();
  expect(await send(again, { rows: named, key: 'k' })).toMatchObject({ seq: 1, repeated: true });
  expect(await send(again, { rows: [...records, { id: 'new' }], ids: true })).toMatchObject({ seq: 3, known: [0, 1] });
  await again.close();
  expect(await after.ids()).toEqual(idsOf([...named, ...records, { id: 'new' }]));
  await after.close();
  await intake.close();
});

it('knows a key whatever the clock is set to meanwhile', async () => {
  await bench.close();
  bench = await IntakeBench.open({ idempotency_window: '1h' });
  const intake = await bench.intake();
  const now = Date.now() * 1000;
  const hour = 3_600_000_000;
  const rows = testRows(1);
  await send(intake, { rows, key: 'k', receivedAt: now });
  await send(intake, { rows: testRows(1), key: 'another', receivedAt: now + 48 * hour });
  for (const receivedAt of [now + 49 * hour, now + 1, now - 48 * hour]) {
    expect(await send(intake, { rows, key: 'k', receivedAt })).toMatchObject({ seq: 1, repeated: true });
  }
  await intake.close();
  const again = await bench.intake();
  expect(await send(again, { rows, key: 'k', receivedAt: now + 2 })).toMatchObject({ seq: 1, repeated: true });
  await again.close();
});

describe('other content under a known key', () => {
  const MISMATCH = expect.objectContaining({ code: 'APITRAIL_IDEMPOTENCY_MISMATCH', status: 422 }) as Error;

  it('is refused, and what was sent first stays known', async () => {
    const intake = await bench.intake();
    const [rows, others] = [testRows(2), testRows(2)];
    await send(intake, { rows, key: 'k' });
    await expect(send(intake, { rows: others, key: 'k' })).rejects.toEqual(MISMATCH);
    expect(await send(intake, { rows, key: 'k' })).toMatchObject({ seq: 1, repeated: true });
    await intake.close();
    expect(await bench.ids()).toEqual(idsOf(rows));
  });

  it('is refused, too, when only what is said of the body differs', async () => {
    const intake = await bench.intake();
    const rows = testRows(1);
    await send(intake, { rows, key: 'k' });
    await expect(send(intake, { rows, key: 'k', ids: true })).rejects.toEqual(MISMATCH);
    await intake.close();
  });

  it('is refused while the first is under way', async () => {
    const intake = await bench.intake();
    const rows = testRows(1);
    const outcomes = await Promise.allSettled([
      send(intake, { rows, key: 'k' }),
      send(intake, { rows: testRows(1), key: 'k' }),
      send(intake, { rows, key: 'k' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await intake.close();
    expect(await bench.ids()).toEqual(idsOf(rows));
  });

  it('is refused after a kill and after a stop', async () => {
    const rows = testRows(1);
    const first = await bench.intake();
    await send(first, { rows, key: 'k' });
    const left = await bench.killed();
    await first.close();
    for (const after of [left, bench]) {
      const intake = await after.intake();
      await expect(send(intake, { rows: testRows(1), key: 'k' })).rejects.toEqual(MISMATCH);
      expect(await send(intake, { rows, key: 'k' })).toMatchObject({ seq: 1, repeated: true });
      await intake.close();
      expect(await after.ids()).toEqual(idsOf(rows));
    }
    await left.close();
  });
});
