import { ApitrailError, parseDuration, parseQuery, type Cohort, type CohortMarker } from '@apitrail/contract';

import type { KeptColumn } from '../../engine/engine';
import { param, sql, type Sql } from '../../engine/sql';
import type { TimeRange } from '../../lake/dataset';
import { RunContext, type RunSource } from '../run-context';
import type { Range } from '../shared/interval';
import { checkPatterns } from '../shared/patterns';
import type { TimeShift } from '../shared/time-shift';
import { cohortsNamedIn, type NamedCohort } from './cohort-filters';
import { CohortCache, type KeptCohort, type Lease } from './cohort-cache';
import { checkDefinition, cohortNamed, type CohortDefinitions } from './definitions';
import { membersOf, queryOf } from './members';
import type { Membership, Memberships } from './membership';
import { reachOf } from './reach';

/** Most members of a cohort that SQL of a person, which runs in a process of its own, is filtered by. */
const MOST_MEMBERS_OF_SQL = 20_000;

/** The cohorts of a query, ready to be filtered by. */
export interface PreparedCohorts {
  /** What the marker says of them. */
  marker: CohortMarker[];
  /** Lets go of them; the query has been answered. */
  release(): Promise<void>;
}

/**
 * Works out who is in the cohorts that a query names, before it is answered: in its range and, with `timeShift`, in the earlier
 * one. The contexts know them from then on. Undefined when it names none. Throws an ApitrailError that names the filter.
 */
export async function prepareCohorts(run: RunSource, context: RunContext): Promise<PreparedCohorts | undefined> {
  const named = cohortsNamedIn(run.query);
  if (named.length === 0) {
    return undefined;
  }
  const workshop = await Workshop.open(run);
  const release = () => workshop.release();
  try {
    context.memberships = await workshop.memberships(named, { range: run.range, shift: undefined }, context);
    const { earlier } = context;
    if (earlier?.shift) {
      const side = { range: earlier.shift.range, shift: earlier.shift };
      earlier.memberships = await workshop.memberships(named, side, earlier);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    marker: [...context.memberships].map(([name, { unit, size }]) => ({ name, unit, members: size })),
    release,
  };
}

/** The members of a cohort, until they are released. */
export interface OpenMembers {
  /** A relation with the column `unit`, each once. */
  members: KeptCohort;
  /** The range that says who is in it, epoch milliseconds: the cohort's own, or the one asked for. */
  range: Range;
  release(): Promise<void>;
}

/** Works out the members of a cohort in the range of a run. Throws an ApitrailError that says why it cannot. */
export async function openMembersOf(
  run: Omit<RunSource, 'query'>,
  cohort: Cohort,
  dataset: string
): Promise<OpenMembers> {
  const query = parseQuery({ refId: 'members', queryType: 'requests', dataset });
  const workshop = await Workshop.open({ ...run, query });
  const asked = { range: run.range, shift: undefined };
  try {
    checkDefinition(cohort, workshop.definitions);
    const members = await workshop.members(cohort, asked);
    return { members, range: sideOf(cohort, asked).range, release: () => workshop.release() };
  } catch (error) {
    await workshop.release();
    throw error;
  }
}

/** The range that cohorts are asked for, and how far back it was moved. */
interface Side {
  range: Range;
  shift: TimeShift | undefined;
}

class Workshop {
  private readonly leases: Lease[] = [];

  private constructor(
    private readonly run: RunSource,
    readonly definitions: CohortDefinitions,
    private readonly cache: CohortCache,
    private readonly ownCache: boolean
  ) {}

  static async open(run: RunSource): Promise<Workshop> {
    const saved = (await run.cohorts?.list()) ?? [];
    const definitions = new Map(saved.map((cohort) => [cohort.name, cohort]));
    return new Workshop(run, definitions, run.cohortCache ?? new CohortCache(), run.cohortCache === undefined);
  }

  async release(): Promise<void> {
    await Promise.all(this.leases.splice(0).map((lease) => lease.release()));
    if (this.ownCache) {
      await this.cache.clear();
    }
  }

  /** Those a query, or another cohort, names. What was run for them is told of in `context`. */
  async memberships(named: readonly NamedCohort[], side: Side, context: RunContext): Promise<Memberships> {
    const found = new Map<string, Membership>();
    for (const one of named) {
      if (found.has(one.name)) {
        continue;
      }
      const cohort = cohortNamed(one, this.definitions);
      try {
        checkDefinition(cohort, this.definitions);
        found.set(one.name, await this.membership(cohort, side, context));
      } catch (error) {
        throw inCohort(error, cohort, one.where);
      }
    }
    return found;
  }

  /** Members of a cohort, as asked for on a side; used until everything is released. */
  async members(cohort: Cohort, side: Side): Promise<KeptCohort> {
    const { dataset } = this.run.query;
    const at = sideOf(cohort, side);
    const query = queryOf(cohort, dataset, 'UTC');
    await checkPatterns({ filters: cohort.filters, funnel: cohort.funnel }, (statement) => this.runOnce(statement));
    return this.kept(['members', ...this.identity(cohort), at.range, at.shift?.by], MEMBERS, async () => {
      const nested = this.contextFor(query, at);
      nested.memberships = await this.memberships(cohortsNamedIn(definitionOf(cohort)), at, nested);
      return { context: nested, statement: await membersOf(cohort, query, nested) };
    });
  }

  private async membership(cohort: Cohort, side: Side, context: RunContext): Promise<Membership> {
    const members = await this.members(cohort, side);
    const { query } = this.run;
    tell(context, `cohort ${cohort.name}`, members);
    if (members.size === 0) {
      const when = side.shift ? ` ${side.shift.by} earlier` : '';
      context.notice('info', `The cohort ${cohort.name} has no members in its range${when}.`);
    }
    const bySession = cohort.unit === 'customer' && cohort.identity === 'session' && members.size > 0;
    const sessions = bySession ? await this.sessions(cohort, members, side) : undefined;
    if (sessions) {
      tell(context, `sessions of the cohort ${cohort.name}`, sessions);
    }
    return {
      unit: cohort.unit,
      size: members.size,
      members: query.queryType === 'sql' ? await this.inlined(cohort, members, 'unit') : members.relation,
      sessions:
        sessions === undefined || sessions.size === 0
          ? undefined
          : query.queryType === 'sql'
            ? await this.inlined(cohort, sessions, 'session')
            : sessions.relation,
    };
  }

  /** The sessions all of whose customers are one member, wherever the query may read. */
  private sessions(cohort: Cohort, members: KeptCohort, side: Side): Promise<KeptCohort> {
    const reach = reachOf(this.run.query, side.range);
    const at = sideOf(cohort, side);
    const key = ['sessions', ...this.identity(cohort), at.range, side.shift?.by, reach];
    return this.kept(key, SESSIONS, () => {
      const { dataset } = this.run.query;
      const context = this.contextFor(parseQuery({ refId: 'cohort', queryType: 'requests', dataset }), side);
      return Promise.resolve({ context, statement: sessionsOf(members, context, reach) });
    });
  }

  private async kept(key: unknown[], columns: readonly KeptColumn[], plan: () => Promise<Plan>): Promise<KeptCohort> {
    const { signal, engine } = this.run;
    const lease = await this.cache.use(JSON.stringify(key), signal, async () => {
      const { context, statement } = await plan();
      try {
        let size = 0;
        const kept = await engine.keep(
          columns,
          counted(context.stream(statement), (rows) => (size += rows))
        );
        const notices = context.notices.map(({ text }) => text);
        return { ...kept, size, statements: context.statements, notices };
      } finally {
        await context.close();
      }
    });
    this.leases.push(lease);
    return lease.kept;
  }

  /** Members as a list in the statement, for a process that has no tables of this one. */
  private async inlined(cohort: Cohort, kept: KeptCohort, column: 'unit' | 'session'): Promise<Sql> {
    if (kept.size > MOST_MEMBERS_OF_SQL) {
      throw new ApitrailError(
        'APITRAIL_RESULT_TOO_LARGE',
        `SQL of one’s own can be filtered by cohorts of up to ${MOST_MEMBERS_OF_SQL.toLocaleString('en')} ${column === 'unit' ? 'members' : 'sessions'}; ${cohort.name} has ${kept.size.toLocaleString('en')}.`,
        { where: 'filters' }
      );
    }
    const table = await this.runOnce(sql`SELECT * FROM ${kept.relation}`);
    return column === 'unit'
      ? sql`(SELECT unnest(${param('varchar[]', table.values[0])}) AS unit)`
      : sql`(SELECT unnest(${param('varchar[]', table.values[0])}) AS session)`;
  }

  private runOnce(statement: Sql) {
    const { engine, signal } = this.run;
    return engine.run(statement, signal === undefined ? {} : { signal });
  }

  private contextFor(query: RunSource['query'], { range, shift }: Side): RunContext {
    return new RunContext({ ...this.run, query, range }, shift, { statements: [], notices: [] });
  }

  /** What members depend on beside the time: the data, and all the definitions it takes. */
  private identity(cohort: Cohort): unknown[] {
    const { snapshot, now, query } = this.run;
    const present = Math.min(snapshot.newest ?? now, now);
    return [query.dataset, this.cache.idOf(snapshot), present, this.definitionsOf(cohort)];
  }

  private definitionsOf(cohort: Cohort): unknown[] {
    const within = cohortsNamedIn(definitionOf(cohort)).map((one) =>
      this.definitionsOf(cohortNamed(one, this.definitions))
    );
    return [definitionOf(cohort), ...within];
  }
}

interface Plan {
  context: RunContext;
  statement: Sql;
}

const MEMBERS: readonly KeptColumn[] = [{ name: 'unit', type: 'VARCHAR' }];
const SESSIONS: readonly KeptColumn[] = [{ name: 'session', type: 'VARCHAR' }];

/** What says who is a member. */
function definitionOf({ unit, identity, filters, atLeast, funnel, range }: Cohort) {
  return { unit, identity, filters, atLeast, funnel, range };
}

/** The range of a cohort that has one of its own: a fixed one is the same on both sides. */
function sideOf({ range }: Cohort, side: Side): Side {
  if (range === undefined) {
    return side;
  }
  if ('from' in range) {
    return { range, shift: undefined };
  }
  const own = { from: side.range.to - parseDuration(range.last), to: side.range.to };
  return { range: own, shift: side.shift && { ...side.shift, range: own } };
}

function sessionsOf({ relation: members }: KeptCohort, context: RunContext, reach: TimeRange): Sql {
  const { relation, where } = context.rows([], reach);
  return sql`SELECT session
FROM ${relation}
WHERE ${where} AND session IS NOT NULL
GROUP BY session
HAVING min(customer) = max(customer) AND min(customer) IN (SELECT unit FROM ${members} AS cohort_members) AND count(*) > count(customer)`;
}

async function* counted(
  parts: AsyncIterable<{ values: unknown[][]; rowCount: number }>,
  count: (rows: number) => void
): AsyncGenerator<unknown[][]> {
  for await (const { values, rowCount } of parts) {
    count(rowCount);
    yield values;
  }
}

function tell(context: RunContext, what: string, { statements, notices, size }: KeptCohort): void {
  context.statements.push(`-- ${what}: ${size.toLocaleString('en')}\n${statements.join(';\n\n')}`);
  notices.forEach((text) => context.notice('info', `${what}: ${text}`));
}

function inCohort(error: unknown, { name }: Cohort, where: string): unknown {
  return error instanceof ApitrailError && error.where !== where && error.status === 400
    ? new ApitrailError(error.code, `${where}: the cohort ${name}: ${error.message}`, { where, cause: error })
    : error;
}
