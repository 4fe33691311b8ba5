import type { Field, Frame, FunnelQuery, FunnelReason } from '@apitrail/contract';

import { identifier, join, param, raw, sql } from '../../../engine/sql';
import { numbers, segmentFields, stepNames, unitsConfig } from '../fields';
import type { Happening } from '../reasons/counts';
import { detailOf, detailSql, WITH_REQUEST } from '../reasons/describe';
import { HAPPENING_KEYS } from '../reasons/happenings';
import { reasonsOf } from '../reasons/reasons';
import type { FunnelRun, FunnelViewOf } from './view';

/** Who went through the funnel: a row per attempt, the last to enter first, a page at a time. */
export const unitsView: FunnelViewOf = async ({ query, own }) => {
  const { context } = own;
  const { total, ...page } = await readPage(query, own);
  const { offset } = query;
  const shown = page.units.length;
  if (shown < total) {
    const rows =
      shown === 0 ? 'None' : `${(offset + 1).toLocaleString('en')} to ${(offset + shown).toLocaleString('en')}`;
    context.notice('info', `${rows} of ${total.toLocaleString('en')} are shown; limit and offset choose others.`);
  }
  return { frames: [unitsFrame(query, own.attempts.weighted, page)], marker: { total } };
};

interface Page {
  units: string[];
  attempts: number[];
  segments: Array<string | null>;
  weights: number[];
  reached: number[];
  ended: string[];
  /** Microseconds since the epoch. */
  entries: number[];
  last: number[];
  /** Why each got no further, null of those that converted; undefined when that was not asked. */
  reasons?: Array<FunnelReason | null>;
  details?: Array<string | null>;
}

async function readPage(query: FunnelQuery, run: FunnelRun): Promise<Page & { total: number }> {
  const { context, attempts } = run;
  const { outcome, reason, detail, step, limit, offset } = query;
  const told = await toldReasons(query, run);
  const conditions = [
    ...(outcome === undefined ? [] : [sql`ended = ${param('varchar', outcome)}`]),
    ...(reason === undefined ? [] : [sql`reason = ${param('varchar', reason)}`]),
    ...(reason === undefined || detail === undefined
      ? []
      : [sql`${detailSql(reason, query.slowFactor)} = ${param('varchar', detail)}`]),
    ...(step === undefined ? [] : [sql`${raw(reason === undefined ? 'reached' : 'missed')} = ${raw(String(step))}`]),
  ];
  const where = conditions.length === 0 ? sql`` : sql` WHERE ${join(conditions, ' AND ')}`;
  const from = told ? sql`(${told.joined}) AS attempts` : sql`attempts`;
  const table = await context.run(sql`${attempts.tables}, chosen AS (SELECT * FROM ${from}${where})
SELECT unit, attempt, segment, weight, reached, ended, entry_us, at_us[reached] AS last_us, CAST((SELECT count(*) FROM chosen) AS DOUBLE) AS total${told ? sql`, ${join(told.columns)}` : sql``}
FROM (SELECT * FROM chosen ORDER BY entry_us DESC, unit, attempt, segment LIMIT ${raw(String(limit))} OFFSET ${raw(String(offset))}) AS page
ORDER BY entry_us DESC, unit, attempt, segment`);
  const [units, numbered, segments, weights, reached, ended, entries, last, total, ...rest] = table.values as [
    string[],
    number[],
    Array<string | null>,
    number[],
    number[],
    string[],
    number[],
    number[],
    number[],
    ...unknown[][],
  ];
  const page = {
    ...{ units, attempts: numbered, segments, weights, reached, ended, entries, last },
    ...(told ? told.read(rest) : {}),
  };
  if (total.length > 0 || offset === 0) {
    return { ...page, total: total[0] ?? 0 };
  }
  // A page after the last has no row that could say how many there are.
  const counted = await context.run(sql`${attempts.tables} SELECT CAST(count(*) AS DOUBLE) FROM ${from}${where}`);
  return { ...page, total: counted.values[0]![0] as number };
}

/** What attempts are joined with for their reasons; undefined when a query does not ask for them. */
async function toldReasons(query: FunnelQuery, run: FunnelRun) {
  if (query.reason === undefined && !query.reasons) {
    return undefined;
  }
  const { relation, happenings } = await reasonsOf(query, run, query.reason === undefined ? undefined : query.step);
  const keys = HAPPENING_KEYS.map(identifier);
  return {
    joined: sql`SELECT attempts.*, why.step AS missed, why.reason AS reason, ${join(keys.map((key) => sql`told.${key} AS ${key}`))}
  FROM attempts LEFT JOIN ${relation} AS why ON why.unit = attempts.unit AND why.attempt = attempts.attempt AND why.segment IS NOT DISTINCT FROM attempts.segment
  LEFT JOIN ${happenings} AS told ON told.happening = why.happening`,
    columns: [sql`reason`, ...keys],
    read([found, ...values]: unknown[][]): Pick<Page, 'reasons' | 'details'> {
      if (!query.reasons) {
        return {};
      }
      const reasons = found as Array<FunnelReason | null>;
      const details = reasons.map((reason, row) => {
        const happening = Object.fromEntries(HAPPENING_KEYS.map((key, index) => [key, values[index]![row] ?? null]));
        const silent = reason === null || !WITH_REQUEST.has(reason);
        return silent ? null : detailOf(reason, { ...happening, slowMs: null } as Happening, query.slowFactor);
      });
      return { reasons, details };
    },
  };
}

function unitsFrame(query: FunnelQuery, weighted: boolean, page: Page): Frame {
  const names = stepNames(query);
  const time = (name: string, us: number[], displayNameFromDS: string): Field => ({
    name,
    type: 'time',
    values: us.map((one) => one / 1000),
    config: { displayNameFromDS },
  });
  const text = (name: string, values: Array<string | null>, config: Field['config']): Field => ({
    name,
    type: 'string',
    values,
    ...(config ? { config } : {}),
  });
  const title = { customer: 'Customer', account: 'Account', session: 'Session' }[query.unit] ?? query.unit;
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      text('unit', page.units, {
        displayNameFromDS: title,
        filterable: true,
        description: 'Who it is. With identity by session its requests before signing in name only the session.',
      }),
      ...(query.counting === 'total'
        ? [numbers('attempt', page.attempts, { displayNameFromDS: 'Attempt', description: 'Which of its attempts.' })]
        : []),
      ...segmentFields(
        query,
        page.segments.map((value) => ({ value, units: 0 }))
      ),
      numbers('step', page.reached, { displayNameFromDS: 'Got to', description: 'The last step it reached.' }),
      text(
        'name',
        page.reached.map((step) => names[step - 1]!),
        { displayNameFromDS: 'Name of that step' }
      ),
      text('ended', page.ended, {
        displayNameFromDS: 'Ended',
        description: 'converted, excluded, pending (may still go on) or stopped.',
      }),
      ...(page.reasons && page.details
        ? [
            text('reason', page.reasons, { displayNameFromDS: 'Reason', description: 'Why it got no further.' }),
            text('detail', page.details, { displayNameFromDS: 'Detail', description: 'The request it is about.' }),
          ]
        : []),
      time('entry', page.entries, 'Entry'),
      time('last', page.last, 'Last step'),
      numbers(
        'duration_ms',
        page.last.map((last, row) => (last - page.entries[row]!) / 1000),
        { displayNameFromDS: 'Duration', unit: 'ms', description: 'From the entry to the last step.' }
      ),
      ...(weighted
        ? [
            numbers('weight', page.weights, {
              displayNameFromDS: `${unitsConfig(query).displayNameFromDS} it stands for`,
              description: 'How many it stands for, of sampled requests.',
            }),
          ]
        : []),
    ],
  };
}
