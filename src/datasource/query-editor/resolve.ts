import { type AdHocVariableFilter, rangeUtil, type ScopedVars, type TimeRange } from '@grafana/data';
import { ApitrailError, parseQuery } from '@apitrail/contract';

import type { ApitrailDataSource } from '../apitrail-data-source';
import { resolveTimeZone } from '../time-zone';
import type { ApitrailQuery } from '../types';
import type { Problem } from './editor-context';

/** Fields that say where a query is asked, not what. */
const NOT_SHOWN = new Set(['datasource', 'datasourceId', 'hide']);

export interface ResolveContext {
  scopedVars?: ScopedVars;
  filters?: AdHocVariableFilter[];
  timezone?: string;
  range: TimeRange;
}

/** A query as it will run, and what is wrong with it. */
export interface Resolved {
  query: Record<string, unknown>;
  problem: Problem | undefined;
}

/** Puts values in place of variables and holds the result against the contract. */
export function resolve(dataSource: ApitrailDataSource, query: ApitrailQuery, context: ResolveContext): Resolved {
  const timezone = query.timezone || resolveTimeZone(context.timezone);
  const asked = { ...query, ...(timezone ? { timezone } : {}) } as ApitrailQuery;
  const scopedVars = context.scopedVars ?? intervalVariables(context.range);
  const applied: Record<string, unknown> = {
    ...dataSource.applyTemplateVariables(asked, scopedVars, context.filters),
  };
  const shown = Object.fromEntries(
    Object.entries(applied).filter(
      ([field, value]) =>
        !NOT_SHOWN.has(field) && value !== undefined && (field !== 'key' || query.queryType === 'values')
    )
  );
  return { query: shown, problem: problemOf(shown) };
}

function problemOf(query: Record<string, unknown>): Problem | undefined {
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    if (error instanceof ApitrailError) {
      return { where: error.where, message: error.message };
    }
    throw error;
  }
}

/** What Grafana fills in before the first run is not known yet: the interval of a range drawn 1,000 points wide. */
function intervalVariables(range: TimeRange): ScopedVars {
  const { interval, intervalMs } = rangeUtil.calculateInterval(range, 1000);
  return {
    __interval: { text: interval, value: interval },
    __interval_ms: { text: String(intervalMs), value: intervalMs },
  };
}
