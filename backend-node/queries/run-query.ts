import {
  ApitrailError,
  writeFrame,
  type DataFrameJSON,
  type Filter,
  type Frame,
  type FrameMarker,
  type FrameMeta,
  type Notice,
  type Query,
  type Stat,
} from '@apitrail/contract';

import type { Dialect } from '../engine/dialect';
import type { Engine, ResultTable } from '../engine/engine';
import { param, sql, type Sql } from '../engine/sql';
import type { Relation, Snapshot, TimeRange } from '../lake/dataset';
import type { UserSql, UserSqlResult, UserSqlRunner, UserTable } from '../sql/user-sql';
import type { Answer, HandlerContext } from './handler';
import { conditionOf } from './shared/filters';
import type { Range } from './shared/interval';
import { checkPatterns } from './shared/patterns';
import { WEIGHT } from './shared/metrics';
import { filesHaveWeights } from './shared/weights';
import type { RowSource } from './shared/select';

/** What one query is run with. */
export interface QueryRun {
  query: Query;
  range: Range;
  snapshot: Snapshot;
  engine: Engine;
  dialect: Dialect;
  now: number;
  forAlerting: boolean;
  signal: AbortSignal | undefined;
  pseudonyms: (key: string, value: string) => string[];
  /** Runs SQL that a person wrote; undefined where there is nothing to run it in. */
  userSql: UserSqlRunner | undefined;
  /** The other datasets that a text may name, as tables. */
  tablesIn: (text: string) => Promise<UserTable[]>;
  handle: (context: HandlerContext) => Promise<Answer>;
}

/** Runs one query over a pinned snapshot and writes its frames, with what was run and what it took in their meta. */
export async function runQuery(run: QueryRun): Promise<DataFrameJSON[]> {
  const started = performance.now();
  const context = new RunContext(run);
  await checkPatterns(run.query, (statement) => run.engine.run(statement, signalOf(run)));
  const answer = await run.handle(context);
  const sampled = context.sampled;
  if (sampled !== undefined && sampled > 0) {
    context.notice('info', `${percent(sampled)} of the rows are sampled; numbers are scaled up by their weights.`);
  }
  noticeMissingData(run, context);
  const marker: FrameMarker = {
    queryType: run.query.queryType,
    dataset: run.query.dataset,
    from: run.range.from,
    to: run.range.to,
    filters: run.query.filters,
    ...(run.snapshot.version === undefined ? {} : { snapshot: run.snapshot.version }),
    ...(sampled === undefined || sampled === 0 ? {} : { sampled }),
    ...answer.marker,
  };
  // Said once, on the first frame: Grafana lists the notices of all of them.
  const first: FrameMeta = {
    executedQueryString: context.statements.join(';\n\n'),
    stats: context.stats(performance.now() - started),
    ...(context.notices.length === 0 ? {} : { notices: context.notices }),
  };
  const frames: Frame[] = answer.frames.length > 0 ? answer.frames : [{ fields: [] }];
  return frames.map((frame, index) => {
    const meta = { ...frame.meta, ...(index === 0 ? first : {}), custom: { ...frame.meta?.custom, apitrail: marker } };
    return writeFrame({ ...frame, meta }, run.query.refId);
  });
}

function signalOf({ signal }: QueryRun) {
  return signal === undefined ? {} : { signal };
}

class RunContext implements HandlerContext {
  readonly statements: string[] = [];
  readonly notices: Notice[] = [];
  /** Share of rows that stand for more than themselves; undefined until a handler asked about weights. */
  sampled: number | undefined;
  private readonly relations = new Map<string, Relation>();
  private readonly weighted = new Map<string, Promise<boolean>>();

  constructor(private readonly query: QueryRun) {}

  get range() {
    return this.query.range;
  }

  get now() {
    return this.query.now;
  }

  get snapshot() {
    return this.query.snapshot;
  }

  get dialect() {
    return this.query.dialect;
  }

  get forAlerting() {
    return this.query.forAlerting;
  }

  pseudonyms(key: string, value: string) {
    return this.query.pseudonyms(key, value);
  }

  run(statement: Sql): Promise<ResultTable> {
    this.statements.push(statement.describe());
    return this.query.engine.run(statement, signalOf(this.query));
  }

  async runUserSql(asked: UserSql): Promise<UserSqlResult> {
    const { userSql, tablesIn, signal } = this.query;
    if (!userSql) {
      throw new ApitrailError('APITRAIL_SQL_OFF', 'SQL cannot be asked here: there is no process to run it in.');
    }
    const result = await userSql({ ...asked, tables: [...asked.tables, ...(await tablesIn(asked.text))] }, signal);
    this.statements.push(result.executed);
    return result;
  }

  condition(filters: readonly Filter[], where = 'filters'): Sql {
    return conditionOf(
      filters,
      { dialect: this.dialect, pseudonyms: (key, value) => this.pseudonyms(key, value) },
      where
    );
  }

  rows(filters: readonly Filter[], range: TimeRange = this.range): RowSource {
    const relation = this.relation(range);
    const times = timeCondition(range);
    return {
      relation: sql`${relation.sql} AS requests`,
      where: filters.length === 0 ? times : sql`${times} AND ${this.condition(filters)}`,
    };
  }

  isWeighted(range: TimeRange = this.range): Promise<boolean> {
    const key = JSON.stringify(range);
    const known = this.weighted.get(key) ?? this.lookForWeights(range);
    this.weighted.set(key, known);
    return known;
  }

  async aggregator() {
    return {
      dialect: this.dialect,
      weighted: await this.isWeighted(),
      run: (statement: Sql) => this.run(statement),
    };
  }

  notice(severity: Notice['severity'], text: string) {
    this.notices.push({ severity, text });
  }

  stats(ms: number): Stat[] {
    const relations = [...this.relations.values()];
    const most = (pick: (relation: Relation) => number) => Math.max(0, ...relations.map(pick));
    const known = relations.every(({ rows }) => rows !== null);
    return [
      ...(known
        ? [{ displayName: 'Rows in the files read', value: most(({ rows }) => rows ?? 0), unit: 'short' }]
        : []),
      { displayName: 'Bytes of the files read', value: most(({ bytes }) => bytes), unit: 'bytes' },
      { displayName: 'Files read', value: most(({ files }) => files), unit: 'short' },
      { displayName: 'Time taken', value: Math.round(ms * 10) / 10, unit: 'ms' },
    ];
  }

  private relation(range: TimeRange): Relation {
    const key = JSON.stringify(range);
    const relation = this.relations.get(key) ?? this.snapshot.relation(range);
    this.relations.set(key, relation);
    return relation;
  }

  private async lookForWeights(range: TimeRange): Promise<boolean> {
    const relation = this.relation(range);
    const ask = (statement: Sql) => this.query.engine.run(statement, signalOf(this.query));
    if (!(await filesHaveWeights(this.snapshot, relation, ask))) {
      this.sampled ??= 0;
      return false;
    }
    const share = await ask(
      sql`SELECT CAST(count(*) FILTER (WHERE ${WEIGHT} <> 1) AS DOUBLE) / count(*) FROM ${relation.sql} WHERE ${timeCondition(range)} AND ${this.condition(this.query.query.filters)}`
    );
    this.sampled = Number(share.values[0]?.[0] ?? 0);
    return this.sampled > 0;
  }
}

function timeCondition({ from, to }: TimeRange): Sql {
  const start = from === undefined ? undefined : sql`time >= ${param('timestamptz_us', microseconds(from))}`;
  const end = to === undefined ? undefined : sql`time < ${param('timestamptz_us', microseconds(to))}`;
  return start && end ? sql`${start} AND ${end}` : (start ?? end ?? sql`TRUE`);
}

/** As many as a number counts exactly: what is read beyond a range may reach further than any data. */
function microseconds(ms: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(ms * 1000, Number.MAX_SAFE_INTEGER));
}

function noticeMissingData({ snapshot, range, query }: QueryRun, context: RunContext): void {
  const { oldest, newest, rows } = snapshot;
  if (rows === 0 || snapshot.files === 0) {
    context.notice('info', `The dataset ${query.dataset} is empty: nothing was imported or received yet.`);
  } else if (oldest !== null && newest !== null && (range.to <= oldest || range.from > newest)) {
    const iso = (time: number) => new Date(time).toISOString();
    context.notice(
      'info',
      `There is no data in this range. The dataset ${query.dataset} has data from ${iso(oldest)} to ${iso(newest)}.`
    );
  } else if (oldest !== null && oldest - range.from > (range.to - range.from) / 10) {
    context.notice(
      'info',
      `Data begins at ${new Date(oldest).toISOString()}; what lies before in this range is missing.`
    );
  }
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 1 ? Math.round(value) : value.toPrecision(1)} %`;
}
