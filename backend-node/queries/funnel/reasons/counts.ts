import type { FunnelReason } from '@apitrail/contract';

import { identifier, join, sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import { happeningRows, type KindOfHappening } from './blamed';
import { readExposures, type Exposure } from './exposures';
import { HAPPENING_KEYS } from './happenings';
import type { Reasons } from './reasons';

/** What a reason is about, by its keys; null where a row has none. */
export interface Happening {
  service: string | null;
  method: string | null;
  route: string | null;
  status: number | null;
  error_type: string | null;
  error_group: string | null;
  error_owner: string | null;
  /** Longer is slow, milliseconds; null where too few requests say what is usual. */
  slowMs: number | null;
}

/** How many have a reason. */
export interface ReasonCount {
  /** The step that was not reached, from 1. */
  step: number;
  place: number;
  reason: FunnelReason;
  /** What happened, and null of those that met nothing. */
  happening: Happening | null;
  /** The same as the numbers of this run. */
  met: KindOfHappening | null;
  units: number;
}

/** How many have each reason, in each step and place. */
export async function readCounts(context: HandlerContext, reasons: Reasons): Promise<ReasonCount[]> {
  const { relation, happenings, routes } = reasons;
  const keys = HAPPENING_KEYS.map((key) => sql`told.${identifier(key)}`);
  const table = await context.run(sql`SELECT counted.*, ${join(keys)}, slow_ms FROM (
  SELECT step, place, reason, kind, happening, CAST(sum(weight) AS DOUBLE) AS units FROM ${relation} GROUP BY 1, 2, 3, 4, 5
) AS counted LEFT JOIN ${happenings} AS told ON told.happening = counted.happening LEFT JOIN ${routes} AS routes ON routes.route_number = told.route_number
ORDER BY step, place, reason, kind, counted.happening`);
  const [steps, places, names, kinds, numbers, units, ...values] = table.values as [
    number[],
    number[],
    FunnelReason[],
    Array<number | null>,
    Array<number | null>,
    number[],
    ...never[][],
  ];
  const [service, method, route, status, type, group, owner, slow] = values;
  return steps.map((step, row) => {
    const [kind, number] = [kinds[row] ?? null, numbers[row] ?? null];
    const told = kind !== null && number !== null;
    return {
      step,
      place: places[row]!,
      reason: names[row]!,
      happening: told
        ? {
            service: service![row] ?? null,
            method: method![row] ?? null,
            route: route![row] ?? null,
            status: status![row] ?? null,
            error_type: type![row] ?? null,
            error_group: group![row] ?? null,
            error_owner: owner![row] ?? null,
            slowMs: slow![row] ?? null,
          }
        : null,
      met: told ? { step, kind, happening: number } : null,
      units: units[row]!,
    };
  });
}

/** How many met what some counts are of, among those that got to the step and those that did not, by `exposureKey`. */
export async function readMet(
  context: HandlerContext,
  reasons: Reasons,
  wanted: readonly KindOfHappening[]
): Promise<Map<string, Exposure>> {
  if (wanted.length === 0) {
    return new Map();
  }
  const among = sql`(gaps.step, kind, happening) IN (SELECT step, kind, happening FROM ${happeningRows(context, wanted)} AS wanted)`;
  const found = await readExposures(context, reasons, among);
  return new Map(found.map((one) => [exposureKey(one), one]));
}

/** Name of a happening of a step and place. */
export function exposureKey({ step, place, kind, happening }: KindOfHappening & { place: number }): string {
  return [step, place, kind, happening].join('/');
}
