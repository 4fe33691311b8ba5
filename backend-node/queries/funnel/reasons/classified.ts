import type { FunnelReason } from '@apitrail/contract';

import { join, literal, raw, sql, type Sql } from '../../../engine/sql';
import { KINDS } from './happenings';

/** What nearly all request on their way to a step, of a sample of this size at least, is part of the way. */
const WAY_SHARE = 0.9;
const WAY_SAMPLE = 10;

const REASON_OF: ReadonlyArray<readonly [number, FunnelReason]> = [
  [KINDS.failed, 'failed'],
  [KINDS.failedElsewhere, 'failed_elsewhere'],
  [KINDS.givenUp, 'slow'],
  [KINDS.slow, 'slow'],
  [KINDS.went, 'diverted'],
];

/** Whole numbers that are larger than a time in microseconds. */
const TIMES = raw(String(2 ** 53));

/** Higher is more of a reason: by kind, then another route than that of the last step, then time. */
const RANK = sql`CASE WHEN events.kind = ${raw(String(KINDS.went))}
    THEN CAST(CASE WHEN same.gap IS NULL THEN 1 ELSE 0 END AS BIGINT) * ${TIMES} - events.first_us
    ELSE CAST(events.kind AS BIGINT) * ${TIMES} + events.last_us END`;

/**
 * A SELECT of the reason of every attempt: of the highest kind what came last; of what it went on with what came first, on another route than that
 * of the last step where there is one. Where an attempt went is no diversion when it is what nearly all who got on request on the way.
 * `blamed` is a relation of what may be called a reason of the kinds that are doubtful.
 */
export function classified(gaps: Sql, events: Sql, blamed: Sql): Sql {
  const [ownSql, wentSql] = [KINDS.own, KINDS.went].map((kind) => raw(String(kind))) as [Sql, Sql];
  const tried = raw([KINDS.failed, KINDS.givenUp].join(', '));
  const named = join(
    REASON_OF.map(([kind, reason]) => sql`WHEN kind = ${raw(String(kind))} THEN ${literal(reason)}`),
    ' '
  );
  return sql`WITH totals AS (
  SELECT step, sum(weight) AS units, count(*) AS attempts FROM ${gaps} WHERE fate = 'converted' GROUP BY step
), ways AS (
  SELECT gaps.step, events.happening FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap JOIN totals ON totals.step = gaps.step
  WHERE fate = 'converted' AND kind = ${wentSql} AND attempts >= ${raw(String(WAY_SAMPLE))}
  GROUP BY gaps.step, events.happening, units HAVING sum(weight) >= ${raw(String(WAY_SHARE))} * units
), ranked AS (
  SELECT events.gap, events.kind, events.happening, ${RANK} AS rank
  FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap AND fate = 'stopped'
  LEFT JOIN ${blamed} AS blamed ON blamed.step = gaps.step AND blamed.kind = events.kind AND blamed.happening = events.happening
  LEFT JOIN ways ON ways.step = gaps.step AND ways.happening = events.happening
  LEFT JOIN (SELECT gap, happening FROM ${events} WHERE kind = ${ownSql}) AS same ON same.gap = events.gap AND same.happening = events.happening
  WHERE events.kind IN (${tried}) OR blamed.happening IS NOT NULL OR (events.kind = ${wentSql} AND ways.happening IS NULL)
), highest AS (
  SELECT gap, max(rank) AS rank FROM ranked GROUP BY gap
), best AS (
  SELECT ranked.gap, any_value(kind) AS kind, min(happening) AS happening FROM ranked JOIN highest ON ranked.gap = highest.gap AND ranked.rank = highest.rank GROUP BY ranked.gap
)
SELECT unit, attempt, segment, place, weight, step, CASE WHEN fate <> 'stopped' THEN fate ${named} ELSE 'silent' END AS reason, kind, happening
FROM ${gaps} AS gaps LEFT JOIN best ON best.gap = gaps.gap WHERE fate <> 'converted'`;
}
