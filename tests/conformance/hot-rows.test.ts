import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { isRetryable } from '../../backend-node/engine/duckdb-errors';
import { sql, type Sql } from '../../backend-node/engine/sql';
import { HotRows, notCommitted } from '../../backend-node/lake/hot/hot-rows';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import { dataFilePath, INGEST_APP_ID } from '../../backend-node/lake/layout';
import { parquetRelation } from '../../backend-node/lake/parquet-relation';
import { buildProgram, parseAcks, type ChildProgram } from './support/child';
import type { HotTask } from './support/hot-child';
import { HotRounds } from './support/hot-rounds';

jest.setTimeout(600_000);

const ROWS_PER_FILE = 10;
const FILES_PER_ROUND = 3;

let engine: DuckDb;
let program: ChildProgram<HotTask>;
let directory: string;

beforeAll(async () => {
  program = buildProgram('hot-child');
  engine = await openDuckDb({ threads: 2 });
});
afterAll(async () => {
  program.remove();
  await engine.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'apitrail-hot-'));
  await Lake.open(directory, { engine, create: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What one look saw of rows that are numbered from 1 on. */
interface Seen {
  rows: number;
  distinct: number;
  highest: number;
}

const isWhole = ({ rows, distinct, highest }: Seen) => rows === distinct && rows === highest;

async function look(relation: Sql): Promise<Seen> {
  const { values } = await engine.run(
    sql`SELECT count(*), count(DISTINCT request_id), coalesce(max(status), 0) FROM ${relation}`
  );
  const [rows, distinct, highest] = values.map(([value]) => Number(value));
  return { rows: rows!, distinct: distinct!, highest: highest! };
}

/** Looks again and again while rows come in, are committed and unlinked at once; files that are gone are looked for anew. */
async function lookMeanwhile(rounds: number, relation: () => Promise<Sql>): Promise<{ seen: Seen[]; acked: number[] }> {
  const child = program.start({ lake: directory, rounds, filesPerRound: FILES_PER_ROUND, rowsPerFile: ROWS_PER_FILE });
  let output = '';
  let errors = '';
  let running = true;
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const closed = once(child, 'close').finally(() => (running = false));
  const acknowledged = () => (parseAcks(output).at(-1) ?? 0) * ROWS_PER_FILE;
  const seen: Seen[] = [];
  const acked: number[] = [];
  while (running) {
    const before = acknowledged();
    try {
      seen.push(await look(await relation()));
      acked.push(before);
    } catch (error) {
      if (!isRetryable(error)) {
        throw error;
      }
    }
  }
  await closed;
  expect(errors).toBe('');
  return { seen, acked };
}

test('whoever looks while rows go from hot files into the table sees each of them once, from its acknowledgement on', async () => {
  const dataset = new LakeDataset(await Lake.open(directory, { engine }));
  const rounds = 60;
  const { seen, acked } = await lookMeanwhile(rounds, async () => (await dataset.snapshot()).relation({}).sql);
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.filter((one) => !isWhole(one))).toEqual([]);
  expect(seen.filter(({ rows }, index) => rows < acked[index]!)).toEqual([]);
  expect(seen.filter(({ rows }, index) => rows < (seen[index - 1]?.rows ?? 0))).toEqual([]);
  const all = rounds * FILES_PER_ROUND * ROWS_PER_FILE;
  expect(await look((await dataset.snapshot()).relation({}).sql)).toEqual({ rows: all, distinct: all, highest: all });
});

/** Waits until the next round is committed and its hot files are gone, or no more rounds come. */
async function nextCommit(lake: Lake, hot: HotRows): Promise<void> {
  const committed = async () => (await lake.transactionVersion(INGEST_APP_ID)) ?? 0;
  const [before, giveUp] = [await committed(), Date.now() + 5_000];
  for (let after = before; Date.now() < giveUp; after = await committed()) {
    if (after > before && (await hot.list()).every(({ from }) => from > after)) {
      return;
    }
  }
}

describe('while rows are committed between the two looks', () => {
  const rounds = 20;
  const dips = (seen: readonly Seen[], acked: readonly number[]) =>
    seen.filter((one, index) => !isWhole(one) || one.rows < acked[index]!);

  test('whoever lists the hot files before the log is read sees each row once', async () => {
    const lake = await Lake.open(directory, { engine });
    const hot = new HotRows(directory);
    const slow = Object.create(lake) as Lake;
    slow.snapshot = async () => {
      await nextCommit(lake, hot);
      return lake.snapshot();
    };
    const dataset = new LakeDataset(slow);
    const { seen, acked } = await lookMeanwhile(rounds, async () => (await dataset.snapshot()).relation({}).sql);
    expect(seen.length).toBeGreaterThan(0);
    expect(dips(seen, acked)).toEqual([]);
  });

  test('whoever reads the log first misses rows, and this sees it', async () => {
    const lake = await Lake.open(directory, { engine });
    const hot = new HotRows(directory);
    const rounds = new HotRounds(engine, lake, {
      ...{ directory, filesPerRound: FILES_PER_ROUND, rowsPerFile: ROWS_PER_FILE },
    });
    await rounds.write();
    await rounds.commit();
    await rounds.write();
    const state = await lake.snapshot();
    await rounds.commit();
    const files = notCommitted(await hot.list(), state.transactions.get(INGEST_APP_ID)?.version);
    const table = [...state.files.values()].map(({ add }) => dataFilePath(lake.table, add.path));
    const one = await look(parquetRelation([...table, ...files.map(({ path }) => path)]));
    expect(dips([one], [rounds.batch * ROWS_PER_FILE])).toEqual([one]);
  });
});
