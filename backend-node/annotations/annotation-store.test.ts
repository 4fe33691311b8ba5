import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseAnnotations } from '@apitrail/contract';

import { type DuckDb, openDuckDb } from '../engine/duckdb';
import { sql } from '../engine/sql';
import { DeltaTable } from '../lake/delta-table';
import { AnnotationReader } from './annotation-reader';
import { AnnotationStore } from './annotation-store';
import { ANNOTATIONS_TABLE } from './table';

const now = Date.UTC(2026, 10, 23, 9);
let lake: string;
let engine: DuckDb;
let store: AnnotationStore;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-annotations-'));
  store = await AnnotationStore.open(lake, { engine });
});
afterEach(async () => {
  await store.close();
  await rm(lake, { recursive: true, force: true });
});

const post = (input: unknown, key?: string, from = 'key') =>
  store.post(parseAnnotations(input), { now, ...(key === undefined ? {} : { idempotency: { key, from } }) });

/** What another process reads: ids, titles and times. */
async function present(): Promise<Array<{ id: unknown; title: unknown; time: number }>> {
  const relation = await new AnnotationReader(lake, engine).present();
  const table = await engine.run(
    sql`SELECT id, title, CAST(epoch_us(time) AS DOUBLE) / 1000 FROM ${relation!} AS posted ORDER BY time, id`
  );
  return Array.from({ length: table.rowCount }, (_, row) => {
    const [id, title, time] = table.values.map((column) => column[row]);
    return { id, title, time: Number(time) };
  });
}

it('keeps what is posted, at the time it was posted where it has none', async () => {
  const [one, two] = await post([{ title: 'Sale' }, { id: 'b', title: 'End', time: '2026-11-24T00:00:00Z' }]);
  expect(one).toMatchObject({ status: 'created' });
  expect(two).toEqual({ id: 'b', status: 'created' });
  expect(await present()).toEqual([
    { id: one!.id, title: 'Sale', time: now },
    { id: 'b', title: 'End', time: Date.UTC(2026, 10, 24) },
  ]);
});

it('replaces an annotation of the same id, and leaves the same one alone', async () => {
  await post({ id: 'a', title: 'First', time: now });
  expect(await post({ id: 'a', title: 'Second', time: now - 9 * 86_400_000 })).toEqual([
    { id: 'a', status: 'replaced' },
  ]);
  expect(await post({ id: 'a', title: 'Second', time: now - 9 * 86_400_000 })).toEqual([
    { id: 'a', status: 'unchanged' },
  ]);
  expect(await present()).toEqual([{ id: 'a', title: 'Second', time: now - 9 * 86_400_000 }]);
});

it('takes the last of an id that comes twice in a list', async () => {
  expect(
    await post([
      { id: 'a', title: 'First' },
      { id: 'a', title: 'Second' },
    ])
  ).toEqual([
    { id: 'a', status: 'created' },
    { id: 'a', status: 'replaced' },
  ]);
  expect(await present()).toEqual([{ id: 'a', title: 'Second', time: now }]);
});

it('deletes an annotation, once, and takes its id again', async () => {
  await post({ id: 'a', title: 'First' });
  expect(await store.remove('a')).toBe(true);
  expect(await store.remove('a')).toBe(false);
  expect(await store.remove('never')).toBe(false);
  expect(await present()).toEqual([]);
  expect(await post({ id: 'a', title: 'First' })).toEqual([{ id: 'a', status: 'created' }]);
  expect(await present()).toHaveLength(1);
});

it('does nothing when a request is sent again with its Idempotency-Key', async () => {
  const first = await post([{ title: 'Sale' }, { title: 'Sale' }], 'k');
  expect(first[0]!.id).not.toBe(first[1]!.id);
  expect(await post([{ title: 'Sale' }, { title: 'Sale' }], 'k')).toEqual(
    first.map(({ id }) => ({ id, status: 'unchanged' }))
  );
  expect(await present()).toHaveLength(2);
});

it('does not bring back what was changed or deleted since', async () => {
  const { id } = (await post({ title: 'Sale' }, 'k'))[0]!;
  await post({ id, title: 'Changed' });
  await post({ title: 'Sale' }, 'k');
  expect(await present()).toMatchObject([{ title: 'Changed' }]);
  await store.remove(id);
  await post({ title: 'Sale' }, 'k');
  expect(await present()).toEqual([]);
});

it('knows the Idempotency-Key of a request that changed nothing', async () => {
  const annotation = { id: 'a', title: 'Sale', time: now };
  await post(annotation);
  expect(await post(annotation, 'k')).toEqual([{ id: 'a', status: 'unchanged' }]);
  await expect(post({ id: 'b', title: 'Other' }, 'k')).rejects.toMatchObject({ where: 'Idempotency-Key' });
  await store.remove('a');
  expect(await post(annotation, 'k')).toEqual([{ id: 'a', status: 'unchanged' }]);
  expect(await present()).toEqual([]);
});

it('knows the Idempotency-Key of a list whose first annotations changed nothing', async () => {
  const list = [
    { id: 'a', title: 'Sale', time: now },
    { id: 'b', title: 'End', time: now },
  ];
  await post(list[0]);
  await post(list, 'k');
  await store.remove('a');
  await store.remove('b');
  expect(await post(list, 'k')).toEqual(list.map(({ id }) => ({ id, status: 'unchanged' })));
  expect(await present()).toEqual([]);
});

it('leaves an annotation as it is when a request that changed nothing becomes known', async () => {
  const annotation = { id: 'a', title: 'Sale', time: now, timeEnd: now + 1, tags: ['x', 'y'], service: 's' };
  await post(annotation);
  await post(annotation, 'k');
  await post(annotation, 'l');
  expect(await present()).toEqual([{ id: 'a', title: 'Sale', time: now }]);
  expect(await post(annotation)).toEqual([{ id: 'a', status: 'unchanged' }]);
});

it('refuses an Idempotency-Key with another body, and takes that of another sender', async () => {
  await post({ title: 'Sale' }, 'k');
  await expect(post({ title: 'Other' }, 'k')).rejects.toMatchObject({
    code: 'APITRAIL_BAD_VALUE',
    where: 'Idempotency-Key',
  });
  await post({ title: 'Other' }, 'k', 'somebody else');
  expect(await present()).toHaveLength(2);
});

it('refuses an end before the time it was received', async () => {
  await expect(post({ title: 'Sale', timeEnd: now - 1 })).rejects.toMatchObject({ where: 'timeEnd' });
});

it('keeps everything of calls at the same time', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `id-${String(index).padStart(2, '0')}`);
  await Promise.all(ids.map((id) => post({ id, title: id })));
  expect((await present()).map(({ id }) => id)).toEqual(ids);
});

it('counts the later of two rows though the clock was set back between them', async () => {
  const clock = jest.spyOn(Date, 'now');
  try {
    clock.mockReturnValue(now + 3_600_000);
    await post({ id: 'a', title: 'First' });
    clock.mockReturnValue(now);
    await post({ id: 'a', title: 'Second' });
  } finally {
    clock.mockRestore();
  }
  expect(await present()).toMatchObject([{ title: 'Second' }]);
});

it('puts files together when they are many, without losing or doubling anything', async () => {
  for (let index = 0; index < 70; index++) {
    await post({ id: `id-${index % 50}`, title: `title ${index}` });
  }
  const table = await DeltaTable.open(ANNOTATIONS_TABLE, lake, { engine });
  expect((await table.snapshot()).files.size).toBeLessThan(64);
  const found = await present();
  expect(found).toHaveLength(50);
  expect(found.find(({ id }) => id === 'id-7')).toMatchObject({ title: 'title 57' });
}, 120_000);

it('reads nothing where nothing was posted, and then what is', async () => {
  const other = join(lake, 'other');
  const reader = new AnnotationReader(other, engine);
  expect(await reader.present()).toBeUndefined();
  const later = await AnnotationStore.open(other, { engine });
  await later.post(parseAnnotations({ id: 'a', title: 'First' }), { now });
  expect(await reader.present()).toBeDefined();
});
