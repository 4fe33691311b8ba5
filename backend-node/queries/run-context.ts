import { ApitrailError, type Filter, type Notice, type Query, type Stat } from '@apitrail/contract';

import type { Dialect } from '../engine/dialect';
import type { Engine, KeptColumn, KeptRows, ResultTable } from '../engine/engine';
import { param, sql, type Sql } from '../engine/sql';
import type { Relation, Snapshot, TimeRange } from '../lake/dataset';
import type { UserSql, UserSqlResult, UserSqlRunner, UserTable } from '../sql/user-sql';
import type { CohortCache } from './cohorts/cohort-cache';
import type { CohortSource } from './cohorts/definitions';
import type { Memberships } from './cohorts/membership';
import type { HandlerContext } from './handler';
import { conditionOf } from './shared/filters';
import type { Range } from './shared/interval';
import { WEIGHT } from './shared/metrics';
import type { RowSource } from './shared/select';
import { shiftFilters } from './shared/shift-filters';
import type { TimeShift } from './shared/time-shift';
import { filesHaveWeights } from './shared/weights';

/** What a query is answered from. */
export interface RunSource {
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
  postedAnnotations: () => Promise<Sql | undefined>;
  /** The saved cohorts; there are none where it is absent. */
  cohorts?: CohortSource | undefined;
  /** Keeps members of cohorts for other queries. */
  cohortCache?: CohortCache | undefined;
}

/** What a query type is given to work with; it keeps account of what was run and said. */
export class RunContext implements HandlerContext {
  readonly statements: string[];
  readonly notices: Notice[];
  readonly earlier: RunContext | undefined;
  /** Share of rows that stand for more than themselves; undefined until a handler asked about weights. */
  sampled: number | undefined;
  /** Who is in the cohorts that the query names. */
  memberships: Memberships | undefined;
  private readonly kept: KeptRows[] = [];
  private readonly relations = new Map<string, Relation>();
  private readonly weighted = new Map<string, Promise<boolean>>();

  /** With a shift there is an earlier context beside; that one is made with `of`, whose statements and notices it shares. */
  constructor(
    private readonly source: RunSource,
    timeShift?: TimeShift,
    of?: Pick<RunContext, 'statements' | 'notices'>
  ) {
    this.statements = of?.statements ?? [];
    this.notices = of?.notices ?? [];
    this.shift = of ? timeShift : undefined;
    this.earlier = timeShift && !of ? new RunContext(source, timeShift, this) : undefined;
  }

  readonly shift: TimeShift | undefined;

  get range() {
    return this.shift?.range ?? this.source.range;
  }

  get now() {
    return this.shift?.now ?? this.source.now;
  }

  get bucketUs() {
    const us = this.dialect.epochUs(sql`time`);
    return this.shift?.moveUs(us) ?? us;
  }

  get snapshot() {
    return this.source.snapshot;
  }

  get dialect() {
    return this.source.dialect;
  }

  get forAlerting() {
    return this.source.forAlerting;
  }

  pseudonyms(key: string, value: string) {
    return this.source.pseudonyms(key, value);
  }

  run(statement: Sql): Promise<ResultTable> {
    this.statements.push(statement.describe());
    return this.ask(statement);
  }

  stream(statement: Sql): AsyncIterable<ResultTable> {
    this.statements.push(statement.describe());
    const { engine, signal } = this.source;
    return engine.stream(statement, signal === undefined ? {} : { signal });
  }

  async keep(columns: readonly KeptColumn[], parts: AsyncIterable<unknown[][]>): Promise<Sql> {
    const kept = await this.source.engine.keep(columns, parts);
    this.kept.push(kept);
    return kept.relation;
  }

  async keepResult(statement: Sql): Promise<Sql> {
    this.statements.push(statement.describe());
    const { engine, signal } = this.source;
    const kept = await engine.keepResult(statement, signal === undefined ? {} : { signal });
    this.kept.push(kept);
    return kept.relation;
  }

  /** Lets go of what was kept; the query has been answered. */
  async close(): Promise<void> {
    await Promise.all([...this.kept.splice(0).map((kept) => kept.drop()), this.earlier?.close()]);
  }

  async runUserSql(asked: UserSql): Promise<UserSqlResult> {
    const { userSql, tablesIn, signal } = this.source;
    if (!userSql) {
      throw new ApitrailError('APITRAIL_SQL_OFF', 'SQL cannot be asked here: there is no process to run it in.');
    }
    const result = await userSql({ ...asked, tables: [...asked.tables, ...(await tablesIn(asked.text))] }, signal);
    this.statements.push(result.executed);
    return result;
  }

  postedAnnotations() {
    return this.source.postedAnnotations();
  }

  async savedCohorts() {
    return (await this.source.cohorts?.list()) ?? [];
  }

  condition(filters: readonly Filter[], where = 'filters'): Sql {
    return conditionOf(
      this.shift ? shiftFilters(filters, this.shift) : filters,
      {
        dialect: this.dialect,
        pseudonyms: (key, value) => this.pseudonyms(key, value),
        cohorts: this.memberships,
      },
      where
    );
  }

  rows(filters: readonly Filter[], range: TimeRange = this.range): RowSource {
    const read = this.known(range);
    const times = timeCondition(read);
    return {
      relation: sql`${this.relation(read).sql} AS requests`,
      where: filters.length === 0 ? times : sql`${times} AND ${this.condition(filters)}`,
    };
  }

  countedNulls(column: string): { rows: number; nulls: number; rest: RowSource | undefined } {
    const read = this.known(this.range);
    const counted = this.snapshot.countedNulls?.(column, read);
    const rest = counted ? counted.rest : this.relation(read);
    return {
      rows: counted?.rows ?? 0,
      nulls: counted?.nulls ?? 0,
      rest: rest && { relation: sql`${rest.sql} AS requests`, where: timeCondition(read) },
    };
  }

  isWeighted(range: TimeRange = this.range): Promise<boolean> {
    const read = this.known(range);
    const key = JSON.stringify(read);
    const known = this.weighted.get(key) ?? this.lookForWeights(read);
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
    const each = [this, ...(this.earlier ? [this.earlier] : [])].map(({ relations }) => [...relations.values()]);
    const most = (pick: (relation: Relation) => number) =>
      each.reduce((sum, relations) => sum + Math.max(0, ...relations.map(pick)), 0);
    const known = each.flat().every(({ rows }) => rows !== null);
    return [
      ...(known
        ? [{ displayName: 'Rows in the files read', value: most(({ rows }) => rows ?? 0), unit: 'short' }]
        : []),
      { displayName: 'Bytes of the files read', value: most(({ bytes }) => bytes), unit: 'bytes' },
      { displayName: 'Files read', value: most(({ files }) => files), unit: 'short' },
      { displayName: 'Time taken', value: Math.round(ms * 10) / 10, unit: 'ms' },
    ];
  }

  private ask(statement: Sql): Promise<ResultTable> {
    const { engine, signal } = this.source;
    return engine.run(statement, signal === undefined ? {} : { signal });
  }

  /** An earlier question is answered from what was there at its present. */
  private known(range: TimeRange): TimeRange {
    return this.shift ? { ...range, to: Math.min(range.to ?? Infinity, this.now) } : range;
  }

  private relation(range: TimeRange): Relation {
    const key = JSON.stringify(range);
    const relation = this.relations.get(key) ?? this.snapshot.relation(range);
    this.relations.set(key, relation);
    return relation;
  }

  private async lookForWeights(range: TimeRange): Promise<boolean> {
    const relation = this.relation(range);
    if (!(await filesHaveWeights(this.snapshot, relation, (statement) => this.ask(statement)))) {
      this.sampled ??= 0;
      return false;
    }
    const share = await this.ask(
      sql`SELECT CAST(count(*) FILTER (WHERE ${WEIGHT} <> 1) AS DOUBLE) / nullif(count(*), 0) FROM ${relation.sql} WHERE ${timeCondition(range)} AND ${this.condition(this.source.query.filters)}`
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
