import { expandMacros } from '../macros';
import { GatedEngine, TABLES } from '../testing/gated-engine';
import { checkSql, type CheckedSql, type GateOptions } from '.';
import { offsetOfByte } from './position';

let engine: GatedEngine;
beforeAll(async () => {
  engine = await GatedEngine.open();
});
afterAll(() => engine.close());

const check = (text: string, more: Partial<GateOptions> = {}): Promise<CheckedSql> =>
  checkSql(text, { ask: engine.ask, tables: TABLES, ...more });

describe('what comes out', () => {
  it('is the text of the tree, not the user’s', async () => {
    expect((await check('select   COUNT(*) from REQUESTS -- all')).sql).toBe('SELECT count_star() FROM REQUESTS');
  });

  it('names the tables of ours that are read, once', async () => {
    const { tables } = await check('WITH x AS (FROM plans) SELECT * FROM x, Requests, requests r');
    expect(tables.sort()).toEqual(['plans', 'requests']);
  });

  it('does not count a WITH of the name of a table', async () => {
    expect((await check('WITH plans AS (SELECT 1) SELECT * FROM plans')).tables).toEqual([]);
  });

  it('never asks the engine to run what is checked', async () => {
    const asked: string[] = [];
    const ask = (statement: string, text: string) => {
      asked.push(statement);
      return engine.ask(statement, text);
    };
    await check('SELECT 1', { ask });
    expect(asked.every((statement) => /^SELECT (CAST\()?json_(de)?serialize_sql\(/.test(statement))).toBe(true);
  });
});

describe('limits', () => {
  it.each<[string, Partial<GateOptions['limits']>, string]>([
    ['the length of the text', { textBytes: 20 }, 'SELECT 1, 2, 3 FROM plans'],
    ['the depth', { depth: 5 }, 'SELECT ((1 + 2) + 3) + 4'],
    ['the number of parts', { nodes: 5 }, 'SELECT 1, 2, 3, 4, 5'],
    ['the length of a literal', { literalLength: 3 }, `SELECT 'abcd'`],
    ['sizes', { size: 10 }, 'SELECT range(11)'],
  ])('of %s can be set', async (_, limits, sql) => {
    await expect(check(sql)).resolves.toBeDefined();
    await expect(check(sql, { limits: limits! })).rejects.toMatchObject({ code: 'APITRAIL_SQL_REFUSED' });
  });

  it('the length is that of what the user wrote; macros may make it four times as long', async () => {
    const written = expandMacros('SELECT $__timeFilter(now()) -- in the range', {
      from: 0,
      to: 1,
      intervalMs: 1,
      timezone: 'UTC',
    });
    const [before, after] = [written.text, written.sql].map((text) => Buffer.byteLength(text)) as [number, number];
    expect(after).toBeLessThan(before * 4);
    await expect(check(written.sql, { origin: written, limits: { textBytes: before } })).resolves.toBeDefined();
    await expect(check(written.sql, { origin: written, limits: { textBytes: before - 1 } })).rejects.toThrow('bytes');
    await expect(check(written.sql, { limits: { textBytes: Math.floor(after / 4) - 1 } })).rejects.toThrow('bytes');
  });
});

describe('places', () => {
  it('of refusals are in what the user wrote, before macros', async () => {
    const written = expandMacros('SELECT $__from,\n  $__timeFilter(glob(time))', {
      ...{ from: 1_793_613_600_000, to: 1_793_617_200_000, intervalMs: 60_000, timezone: 'UTC' },
    });
    await expect(check(written.sql, { origin: written })).rejects.toMatchObject({ where: 'line 2, column 17' });
  });

  /** Offset in what runs of the place the engine complains of. */
  async function complaint(sql: string): Promise<number> {
    await engine.connection.run('SET errors_as_json = true');
    try {
      await engine.run(sql);
    } catch (error) {
      const { position } = JSON.parse((error as Error).message) as { position: string };
      return offsetOfByte(sql, Number(position));
    } finally {
      await engine.connection.run('SET errors_as_json = false');
    }
    throw new Error('did not fail');
  }

  it.each([
    ['a column that is not there', `SELECT 'Größe' AS s,\n  statsu\nFROM requests`, 'line 2, column 3'],
    ['types that do not fit', `SELECT 1,  service + 1 FROM requests`, 'line 1, column 20'],
    ['a cast that fails', `select 1 ,   service::INTEGER from requests`, 'line 1, column 21'],
    ['a wrong number of arguments', `SELECT /* äöü */ [1, 2], upper() FROM requests`, 'line 1, column 26'],
    ['a column within a lambda', `SELECT list_transform([1],  lambda x: x + nope)`, 'line 1, column 43'],
    ['a column of a WITH', `WITH x AS (SELECT 1 AS a)\n\nSELECT b FROM x`, 'line 3, column 8'],
    ['a column after a literal that is written otherwise', `SELECT 1e3, nope FROM requests`, 'line 1, column 13'],
  ])('of errors that come up when it runs: %s', async (_, sql, place) => {
    const checked = await check(sql);
    expect(checked.placeOf(await complaint(checked.sql))).toBe(place);
  });

  it('is unknown where no part of the tree stands', async () => {
    expect((await check('SELECT 1')).placeOf(1)).toBeUndefined();
  });
});
