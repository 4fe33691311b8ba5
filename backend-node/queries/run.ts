import {
  ApitrailError,
  parseQuery,
  type Query,
  type QueryRequest,
  type QueryResponse,
  type QueryResult,
  type QueryType,
} from '@apitrail/contract';

import { duckDbDialect, type Dialect } from '../engine/dialect';
import { isRetryable } from '../engine/duckdb-errors';
import type { Engine } from '../engine/engine';
import { datasetNamed, type Dataset, type Snapshot } from '../lake/dataset';
import { sql, type Sql } from '../engine/sql';
import type { UserSqlRunner, UserTable } from '../sql/user-sql';
import type { CohortCache } from './cohorts/cohort-cache';
import type { CohortSource } from './cohorts/definitions';
import type { HandlerContext, QueryHandler } from './handler';
import { HANDLERS } from './index';
import { EARLIEST, LATEST } from './range-bounds';
import type { LeftOutSource } from './left-out-notice';
import { runQuery } from './run-query';
import type { Range } from './shared/interval';

/** Name of the lake as a dataset. */
const LAKE_DATASET = 'requests';
/** Name of the table of what rules left out. */
const LEFT_OUT = 'left_out';

/** What a request is answered with. */
export interface QueryContext {
  datasets: ReadonlyMap<string, Dataset>;
  engine: Engine;
  /** The SQL the engine speaks; DuckDB's by default. */
  dialect?: Dialect;
  signal?: AbortSignal;
  /** Epoch milliseconds; the clock by default. */
  now?: () => number;
  /** What else the stored value of a key may be, given what a person wrote. */
  pseudonyms?: (key: string, value: string) => string[];
  /** Lets work in when there is room for it. */
  admit?: <T>(work: () => Promise<T>, queryType: QueryType) => Promise<T>;
  /** Whether an alert rule asks: it is given finished buckets only. */
  forAlerting?: boolean;
  /** Runs SQL that a person wrote; without it the query type `sql` is refused. */
  userSql?: UserSqlRunner;
  /** The relation of posted annotations, of the newest version of their table; undefined while there is none. */
  postedAnnotations?: () => Promise<Sql | undefined>;
  /** The saved cohorts, which filters may name. */
  cohorts?: CohortSource;
  /** Keeps members of cohorts from one request to the next. */
  cohortCache?: CohortCache;
  /** What rules left out of the lake. */
  leftOut?: LeftOutSource;
  /** The same as a table for SQL of a person, unless a dataset has its name. */
  leftOutTable?: () => Promise<UserTable>;
  /** Told of faults that are ours, for the log. */
  onFault?: (error: unknown, query: unknown) => void;
}

/**
 * Answers a request: one result for every refId, whatever becomes of the others; everything of one dataset is read from
 * one snapshot. Throws an ApitrailError when the request as a whole is not valid.
 */
export async function runQueries(request: QueryRequest, context: QueryContext): Promise<QueryResponse> {
  const range = readRange(request);
  const asked = readQueries(request);
  const now = (context.now ?? Date.now)();
  const entries = await Promise.all(
    asked.map(async ({ refId, input }): Promise<Pending> => {
      try {
        const query = parseQuery(input);
        return { refId, input, query, dataset: datasetNamed(query.dataset, context.datasets) };
      } catch (error) {
        return { refId, input, failure: error };
      }
    })
  );
  const results = new Map<string, QueryResult>(entries.map(({ refId }) => [refId, { status: 500 }]));
  for (const entry of entries) {
    if ('failure' in entry) {
      results.set(entry.refId, failed(entry.failure, entry.input, context));
    }
  }
  const ready = entries.filter((entry): entry is Ready => !('failure' in entry));
  await Promise.all(
    groupByDataset(ready).map(async (queries) => {
      for (const [refId, result] of await answerDataset(queries, range, now, context)) {
        results.set(refId, result);
      }
    })
  );
  return { results: Object.fromEntries(results) };
}

interface Ready {
  refId: string;
  input: unknown;
  query: Query;
  dataset: Dataset;
}

type Pending = Ready | { refId: string; input: unknown; failure: unknown };

function groupByDataset(entries: Ready[]): Ready[][] {
  const groups = new Map<Dataset, Ready[]>();
  for (const entry of entries) {
    groups.set(entry.dataset, [...(groups.get(entry.dataset) ?? []), entry]);
  }
  return [...groups.values()];
}

/**
 * Answers all queries over one dataset from one snapshot. A file that was compacted away meanwhile makes all of them
 * run once more, over a new snapshot, so that they still agree with each other.
 */
async function answerDataset(
  queries: Ready[],
  range: Range,
  now: number,
  context: QueryContext
): Promise<Array<[string, QueryResult]>> {
  for (let attempt = 0; ; attempt++) {
    let snapshot: Snapshot;
    try {
      snapshot = await queries[0]!.dataset.snapshot();
    } catch (error) {
      return queries.map(({ refId, input }) => [refId, failed(error, input, context)]);
    }
    const outcomes = await Promise.all(
      queries.map(async (entry) => {
        try {
          return { entry, result: await answer(entry, snapshot, range, now, context) };
        } catch (error) {
          return { entry, error };
        }
      })
    );
    if (attempt === 0 && outcomes.some((outcome) => 'error' in outcome && isRetryable(outcome.error))) {
      continue;
    }
    return outcomes.map(({ entry, ...outcome }) => [
      entry.refId,
      'error' in outcome ? failed(outcome.error, entry.input, context) : outcome.result!,
    ]);
  }
}

async function answer(
  { query }: Ready,
  snapshot: Snapshot,
  range: Range,
  now: number,
  context: QueryContext
): Promise<QueryResult> {
  const admit = context.admit ?? ((work) => work());
  const frames = await admit(
    () =>
      runQuery({
        query,
        range,
        snapshot,
        engine: context.engine,
        dialect: context.dialect ?? duckDbDialect,
        now,
        forAlerting: context.forAlerting ?? false,
        signal: context.signal,
        pseudonyms: context.pseudonyms ?? (() => []),
        userSql: context.userSql,
        leftOut: query.dataset === LAKE_DATASET ? context.leftOut : undefined,
        postedAnnotations: context.postedAnnotations ?? (() => Promise.resolve(undefined)),
        cohorts: context.cohorts,
        cohortCache: context.cohortCache,
        tablesIn: (text) => tablesIn(text, query, context),
        handle: (handlerContext) => handle(query, handlerContext),
      }),
    query.queryType
  );
  return { status: 200, frames };
}

/**
 * The other datasets whose names are somewhere in a text, as tables of all their rows. A dataset that cannot be read spoils
 * no SQL that has nothing to do with it.
 */
async function tablesIn(
  text: string,
  { dataset }: Query,
  { datasets, leftOutTable }: QueryContext
): Promise<UserTable[]> {
  const folded = text.toLowerCase();
  const named = [...datasets.values()].filter(
    ({ name }) =>
      (name !== 'requests' && folded.includes(name.toLowerCase())) || (name === dataset && name !== 'requests')
  );
  const tables = await Promise.all(
    named.map(async (other) => {
      const { sql: rows, paths } = (await other.snapshot()).relation({});
      return { name: other.name, rows: sql`SELECT * FROM ${rows} AS requests`, paths };
    })
  );
  const own = leftOutTable && folded.includes(LEFT_OUT) && !datasets.has(LEFT_OUT) ? [await leftOutTable()] : [];
  return [...tables, ...own];
}

function handle(query: Query, context: HandlerContext) {
  // Each handler takes queries of its own type; the registry is checked to have the one of that type.
  const handler: QueryHandler<never> = HANDLERS[query.queryType];
  return handler.run(query as never, context);
}

function failed(error: unknown, query: unknown, { onFault }: QueryContext): QueryResult {
  const known =
    error instanceof ApitrailError
      ? error
      : new ApitrailError('APITRAIL_INTERNAL', 'Apitrail failed to answer; the log of the companion says why.', {
          cause: error,
        });
  if (known.status === 500) {
    onFault?.(error, query);
  }
  return {
    status: known.status,
    error: known.userMessage,
    errorSource: known.status >= 400 && known.status < 500 ? 'downstream' : 'plugin',
  };
}

function readRange(request: QueryRequest): Range {
  const read = (name: 'from' | 'to') => {
    const value: unknown = request?.[name];
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
    const refuse = (what: string) =>
      new ApitrailError('APITRAIL_BAD_RANGE', `${name} must be ${what}, not ${JSON.stringify(value ?? null)}.`, {
        where: name,
      });
    if (!Number.isInteger(number)) {
      throw refuse('a time in epoch milliseconds');
    }
    if (number < EARLIEST || number > LATEST) {
      throw refuse('in epoch milliseconds (not in microseconds or nanoseconds) and between the years 1700 and 2200');
    }
    return number;
  };
  const [from, to] = [read('from'), read('to')];
  if (from >= to) {
    throw new ApitrailError('APITRAIL_BAD_RANGE', `The range is empty: from (${from}) must lie before to (${to}).`, {
      where: 'from',
    });
  }
  return { from, to };
}

function readQueries(request: QueryRequest): Array<{ refId: string; input: unknown }> {
  const { queries } = request as { queries?: unknown };
  if (!Array.isArray(queries) || queries.length === 0) {
    throw new ApitrailError('APITRAIL_BAD_REQUEST', 'queries must be a list of at least one query.', {
      where: 'queries',
    });
  }
  const seen = new Set<string>();
  return queries.map((input: unknown, index) => {
    const refId = (input as { refId?: unknown } | null)?.refId;
    const where = `queries[${index}].refId`;
    if (typeof refId !== 'string' || refId === '') {
      throw new ApitrailError('APITRAIL_BAD_REQUEST', `${where} must be a text that names the query, such as "A".`, {
        where,
      });
    }
    if (seen.has(refId)) {
      throw new ApitrailError(
        'APITRAIL_BAD_REQUEST',
        `${where}: ${JSON.stringify(refId)} is there twice; every query needs its own.`,
        {
          where,
        }
      );
    }
    seen.add(refId);
    return { refId, input };
  });
}
