import { chmod, copyFile, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../../engine/duckdb';
import { literal, sql } from '../../../engine/sql';
import type { Action, AddAction } from '../../actions';
import { Lake } from '../../lake';
import { entryName } from '../../layout';
import { REQUESTS_TABLE } from '../../table-definition';
import { eachWithLake, type TemporaryFolder } from '../../testing/temporary-lake';
import { verifyLake, type VerifyOptions } from './index';

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;
const ROWS = 4000;

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made), { threads: 1 });
beforeEach(async () => {
  await lake.append({ rows: Array.from({ length: ROWS }, (_, index) => row(index)) });
});

const scattered = (index: number, salt: number) => ((index + 1) * 2_654_435_761 * (salt + 7)) % 1_000_000_007;
const row = (index: number) => ({
  time: NOV_1 + index,
  service: `service ${scattered(index, 1)}`,
  route: `/route/${scattered(index, 2)}`,
  path: `/path/${scattered(index, 3)}`,
  user_agent: `agent ${scattered(index, 4)}`,
  request_id: `id ${scattered(index, 5)}`,
  error_message: `message ${scattered(index, 6)}`,
  attributes: { some: `value ${scattered(index, 7)}` },
  duration_ms: index / 7,
});
const verify = (options: VerifyOptions = {}, by = engine) => verifyLake(by, folder.path, [REQUESTS_TABLE], options);
const log = (version: number) => join(lake.table, '_delta_log', entryName(version));
const live = async () =>
  (await readFile(log(1), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Action);
const added = async () => (await live()).find(({ add }) => add)!.add!;
const write = (actions: readonly Action[]) =>
  writeFile(log(1), actions.map((action) => `${JSON.stringify(action)}\n`).join(''));
/** Changes the entry of the rows: its `add`, and what comes after it. */
async function change(edit: (add: AddAction) => AddAction[]): Promise<void> {
  const actions = (await live()).flatMap((action) =>
    action.add ? edit(action.add).map((add) => ({ add })) : [action]
  );
  // As of an Apitrail that did not count.
  await write(actions.map((action) => (action.commitInfo ? { commitInfo: { operation: 'WRITE' } } : action)));
}
const path = async () => join(lake.table, (await added()).path);

describe('a failure of the machine', () => {
  test('such as want of memory is none of the file, and nothing is dropped', async () => {
    const small = await openDuckDb({ threads: 1, memoryLimit: '1MB' });
    try {
      const summary = await verify({ dropDamaged: true, mend: true }, small);
      expect(summary).toMatchObject({ sound: false, dropped_files: 0, dropped_rows: 0 });
      expect(summary.tables).toMatchObject([{ not_checked: 1, checksums_compared: 1 }]);
      expect(summary.findings).toMatchObject([
        { severity: 'error', check: 'unchecked', message: expect.stringContaining('limits.memory'), mend: 'none' },
      ]);
      await change((add) => [{ ...add, tags: {} }]);
      expect(await verify({ dropDamaged: true }, small)).toMatchObject({ sound: false, dropped_files: 0 });
    } finally {
      await small.close();
    }
    expect((await lake.snapshot()).files.size).toBe(1);
  });

  const testUnlessRoot = process.getuid?.() === 0 ? test.skip : test;
  testUnlessRoot(
    'such as a file that may not be read is told, and the others are checked (not as root, who may read everything)',
    async () => {
      await lake.append({ rows: [{ time: NOV_1 }] });
      await chmod(await path(), 0);
      const summary = await verify({ dropDamaged: true });
      expect(summary).toMatchObject({
        sound: false,
        dropped_files: 0,
        tables: [{ not_checked: 1, checksums_compared: 1 }],
      });
      expect(summary.findings).toMatchObject([
        { check: 'unchecked', message: expect.stringContaining('may not be read') },
      ]);
    }
  );
});

describe('a file without a checksum', () => {
  test.each(['path', 'user_agent', 'request_id', 'error_message', 'attributes'])(
    'is read in every column: damage of %s is found',
    async (column) => {
      const file = await path();
      const { values } = await engine.run(
        sql`SELECT min(coalesce(dictionary_page_offset, data_page_offset))::INTEGER, max(total_compressed_size)::INTEGER FROM parquet_metadata(${literal(file)}) WHERE path_in_schema = ${literal(column)} OR path_in_schema LIKE ${literal(`${column},%`)}`
      );
      const [offset, length] = values.map(([value]) => value as number) as [number, number];
      const content = await readFile(file);
      for (let at = offset + 40; at < offset + Math.min(length - 2, 400); at++) {
        content[at]! ^= 0x5a;
      }
      await chmod(file, 0o644);
      await writeFile(file, content);
      await chmod(file, 0o444);
      await change((add) => [{ ...add, tags: {} }]);
      const { findings, sound } = await verify();
      expect([sound, findings]).toMatchObject([false, [{ check: 'file', mend: 'drop', rows: ROWS }]]);
    }
  );
});

describe('rows that count twice', () => {
  test.each([
    ['an encoded path', (add: AddAction) => ({ ...add, path: add.path.replace('part-', 'part%2D') })],
    ['a path with a dot', (add: AddAction) => ({ ...add, path: `./${add.path}` })],
  ])('by %s are an error', async (_, other) => {
    await change((add) => [add, other(add)]);
    const { findings, sound } = await verify();
    expect([sound, findings]).toMatchObject([false, [{ severity: 'error', check: 'double' }]]);
  });

  test.each([true, false])('by a copy of the file are a finding (with a checksum: %s)', async (noted) => {
    await copyFile(await path(), `${await path()}.copy.parquet`);
    await change((add) =>
      [add, { ...add, path: `${add.path}.copy.parquet` }].map((one) => (noted ? one : { ...one, tags: {} }))
    );
    expect((await verify()).findings).toMatchObject([
      { check: 'double', message: expect.stringContaining('same content') },
    ]);
  });
});

describe('the log', () => {
  test.each([
    ['no', {}],
    ['a null', { date: null }],
  ])('with %s date of a file is an error', async (_, partitionValues) => {
    await change((add) => [{ ...add, partitionValues }]);
    for (const quick of [true, false]) {
      const { findings, sound } = await verify({ quick });
      expect([sound, findings]).toMatchObject([false, [{ severity: 'error', check: 'partition' }]]);
    }
  });

  test.each([
    ['numRecords', 'the number of rows'],
    ['nullCount', 'numbers of nulls'],
  ])('without %s is a finding that can be mended, and the rows are counted', async (key, words) => {
    const right = JSON.parse((await added()).stats!) as Record<string, unknown>;
    const { [key]: _, ...rest } = right;
    await change((add) => [{ ...add, stats: JSON.stringify(rest) }]);
    const { findings, tables } = await verify();
    expect(findings).toMatchObject([
      { check: 'statistics', message: expect.stringContaining(words), mend: 'statistics' },
    ]);
    expect(tables[0]!.rows).toBe(ROWS);
    await verify({ mend: true });
    expect((await verify()).findings).toEqual([]);
    expect(
      JSON.parse([...(await (await Lake.open(folder.path, { engine })).snapshot()).files.values()][0]!.add.stats!)
    ).toEqual(right);
  });

  test('with what killed commits left is a warning after a day, and mended', async () => {
    const left = join(lake.table, '_delta_log', '.tmp-left');
    await writeFile(left, 'half');
    expect((await verify()).findings).toEqual([]);
    await utimes(left, new Date(0), new Date(0));
    expect((await verify()).findings).toMatchObject([
      { severity: 'warning', check: 'leftover', where: 'requests/_delta_log/.tmp-left', mend: 'leftovers' },
    ]);
    expect(await verify({ mend: true })).toMatchObject({ mended: 1 });
    await expect(stat(left)).rejects.toThrow();
    expect((await readdir(join(lake.table, '_delta_log'))).length).toBeGreaterThan(1);
    await rm(left, { force: true });
  });
});
