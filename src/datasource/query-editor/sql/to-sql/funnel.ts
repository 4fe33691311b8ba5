import { FUNNEL_UNITS, type FunnelQuery, parseDuration } from '@apitrail/contract';

import { sqlLiteral } from '../../../sql-literal';
import { filterNotes, IN_RANGE, type WriteContext, type WrittenSql } from './context';
import { allOf, conditions } from './filters';
import { FROM, intervalSql, TO } from './range';
import { remarked, select, withTables } from './statement';
import { UnwritableQuery } from './unwritable';

const DAY_MS = 86_400_000;

const TIMES_NOTE =
  'Buckets of the times have four per doubling; the builder joins them to wider ones where they are many, and shows empty ones between.';

/** Time from the step before, milliseconds. */
const TOOK = '(epoch_us(reached) - epoch_us(before)) / 1000';

type Tables = Array<readonly [string, string]>;

/** How far units get through ordered steps: a table per step of who got there, and when. */
export function funnelSql(query: FunnelQuery, context: WriteContext): WrittenSql {
  refuseUnwritable(query);
  const { steps, filters } = query;
  const window = intervalSql(query.window);
  const matches = steps.map((step) => allOf(conditions(step.filters, context.variables)));
  const tables: Tables = [...requestTables(query, context, window), ...stepTables(matches, window)];
  const notes = [
    ...filterNotes([...filters, ...steps.flatMap((step) => step.filters ?? [])]),
    'Each unit counts once; the builder counts one with a weight as often as its entry.',
    ...(query.format !== 'numeric' && query.view === 'times' ? [TIMES_NOTE] : []),
  ];
  const last = query.format === 'numeric' ? numeric(query) : query.view === 'times' ? times(query) : stepRows(query);
  return {
    sql: remarked(notes, withTables([...tables, ...last.tables], last.sql)),
    format: query.format === 'numeric' ? 'numeric' : 'table',
  };
}

/** What the companion answers with more than a statement. */
function refuseUnwritable(query: FunnelQuery): void {
  const reasons: Array<readonly [boolean, string]> = [
    [query.view !== 'steps' && query.view !== 'times', `The view ${query.view}`],
    [query.order !== 'ordered', `The order ${query.order}`],
    [query.reentry !== 'first', `Optimised re-entry`],
    [query.counting !== 'unique', `Counting every attempt`],
    [query.exclusions.length > 0, `A funnel with exclusions`],
    [query.holdConstant.length > 0, `A funnel that holds values constant`],
    [query.breakdown !== undefined, `A breakdown of a funnel`],
    [query.steps.some(({ optional }) => optional === true), `A funnel with optional steps`],
    [query.fromStep !== undefined || query.toStep !== undefined, `The time between chosen steps`],
    [!(FUNNEL_UNITS as readonly string[]).includes(query.unit), `A funnel of ${query.unit}`],
  ];
  const reason = reasons.find(([holds]) => holds);
  if (reason) {
    throw new UnwritableQuery(`${reason[1]} cannot be written as SQL: the companion follows every unit step by step.`);
  }
}

/** The requests that count, each with its unit: from the range's start to the end of the last window. */
function requestTables(query: FunnelQuery, { variables }: WriteContext, window: string): Tables {
  const { unit, identity, filters, successOnly } = query;
  const where = [
    `time >= ${FROM}`,
    `time < ${TO} + ${window}`,
    ...(successOnly ? ['status < 400'] : []),
    ...conditions(filters, variables),
  ];
  if (unit !== 'customer' || identity === 'strict') {
    const own = select({
      columns: ['*', `${unit} AS unit`],
      from: 'requests',
      where: [...where, `${unit} IS NOT NULL`],
    });
    return [['events', own]];
  }
  const owners = select({
    columns: ['session', 'min(customer) AS owner'],
    from: 'requests',
    where: [
      `time >= ${FROM} - INTERVAL '1 day'`,
      `time < ${TO} + ${parseDuration(query.window) > DAY_MS ? window : "INTERVAL '1 day'"}`,
      'session IS NOT NULL',
    ],
    rest: ['GROUP BY session', 'HAVING min(customer) = max(customer)'],
  });
  const events = select({
    columns: ['requests.*', 'coalesce(customer, owner) AS unit'],
    from: 'requests LEFT JOIN owners USING (session)',
    where: [...where, 'unit IS NOT NULL'],
  });
  return [
    ['owners', owners],
    ['events', events],
  ];
}

function stepTables(matches: readonly string[], window: string): Tables {
  return matches.map((step, index) => {
    if (index === 0) {
      const columns = ['unit', 'min(time) AS entry', 'min(time) AS reached', 'NULL::TIMESTAMPTZ AS before'];
      return ['step_1', select({ columns, from: 'events', where: [IN_RANGE, step], rest: ['GROUP BY unit'] })];
    }
    const before = matches[index - 1]!;
    const sql = select({
      columns: ['unit', 'entry', 'min(time) AS reached', 'reached AS before'],
      from: `events JOIN step_${index} AS before USING (unit)`,
      where: [
        step,
        // A request that is not of the step before cannot be the one that was.
        `(time > reached OR (time = reached AND (${before}) IS NOT TRUE))`,
        `time <= entry + ${window}`,
      ],
      rest: ['GROUP BY unit, entry, before.reached'],
    });
    return [`step_${index + 1}`, sql.replace('reached AS before', 'before.reached AS before')];
  });
}

function stepRows(query: FunnelQuery): { tables: Tables; sql: string } {
  const previous = (column: string) => `lag(${column}) OVER (ORDER BY step)`;
  const sql = select({
    columns: [
      'step',
      'name',
      'units',
      'units / nullif(first_value(units) OVER (ORDER BY step), 0) AS conversion',
      `units / nullif(${previous('units')}, 0) AS step_conversion`,
      `coalesce(${previous('units - open')} - (units - open), 0) AS dropped`,
      `coalesce(${previous('open')} - open, 0) AS pending`,
      'median_ms',
      'p90_ms',
    ],
    from: 'steps',
    rest: ['ORDER BY step'],
  });
  return { tables: [['steps', stepTotals(query)]], sql };
}

/** A row per step; `open` are units whose window reaches past the newest request. */
function stepTotals({ steps, window }: FunnelQuery): string {
  const open = `entry + ${intervalSql(window)} > (SELECT max(time) FROM requests)`;
  return steps
    .map(({ name }, index) =>
      select({
        columns: [
          `${index + 1} AS step`,
          `${sqlLiteral(name)} AS name`,
          'count(*) AS units',
          `count(*) FILTER (WHERE ${open}) AS open`,
          `quantile_cont(${TOOK}, 0.5) AS median_ms`,
          `quantile_cont(${TOOK}, 0.9) AS p90_ms`,
        ],
        from: `step_${index + 1}`,
      })
    )
    .join('\nUNION ALL\n');
}

function numeric({ steps, step = steps.length, metric }: FunnelQuery): { tables: Tables; sql: string } {
  if (step > steps.length) {
    throw new UnwritableQuery(`The funnel has ${steps.length} steps, there is no step ${step}. Mend that first.`);
  }
  const units = (number: number) => `(SELECT count(*) FROM step_${number})`;
  const part = units(step);
  const value = {
    units: part,
    conversion: `${part} / nullif(${units(1)}, 0)`,
    step_conversion: step === 1 ? 'NULL::DOUBLE' : `${part} / nullif(${units(step - 1)}, 0)`,
  }[metric];
  return { tables: [], sql: `SELECT ${value} AS ${metric}` };
}

/** A row per step and bucket of the time from the step before: four buckets per doubling. */
function times({ steps }: FunnelQuery): { tables: Tables; sql: string } {
  const took = steps
    .slice(1)
    .map(({ name }, index) =>
      select({
        columns: [
          `${index + 2} AS step`,
          `${sqlLiteral(name)} AS name`,
          `ceil(log2(greatest(${TOOK}, 1)) * 4) / 4 AS doublings`,
        ],
        from: `step_${index + 2}`,
      })
    )
    .join('\nUNION ALL\n');
  const sql = select({
    columns: [
      'step',
      'name',
      'CASE WHEN doublings = 0 THEN 0 ELSE 2 ** (doublings - 0.25) END AS from_ms',
      '2 ** doublings AS to_ms',
      'count(*) AS units',
    ],
    from: 'times',
    rest: ['GROUP BY ALL', 'ORDER BY step, to_ms'],
  });
  return { tables: [['times', took]], sql };
}
