import type { Filter, FunnelReason } from '@apitrail/contract';

import { literal, sql, type Sql } from '../../../engine/sql';
import type { Happening } from './counts';

/** Reasons that are about a request. */
export const WITH_REQUEST: ReadonlySet<FunnelReason> = new Set(['failed', 'failed_elsewhere', 'slow', 'diverted']);

/** What a reason is about as a person reads it; null where no request is. */
export function detailOf(reason: FunnelReason, happening: Happening | null, slowFactor: number): string | null {
  if (happening === null) {
    return null;
  }
  const { service, method, route, status, error_type: type } = happening;
  const request = [method, route ?? (service === null ? '(no route)' : `(no route) of ${service}`)]
    .filter(Boolean)
    .join(' ');
  switch (reason) {
    case 'failed':
    case 'failed_elsewhere': {
      const answered = status === null ? 'had no answer' : `answered ${status}`;
      return `${request} ${answered}${type === null ? '' : ` (${type})`}`;
    }
    case 'slow':
      return status === null && type === null
        ? `${request} took over ${slowFactor} times its usual p95`
        : `${request} was given up by the client`;
    default:
      return request;
  }
}

/** `detailOf` in SQL, over the columns of a happening. */
export function detailSql(reason: FunnelReason, slowFactor: number): Sql {
  if (!WITH_REQUEST.has(reason)) {
    return sql`CAST(NULL AS VARCHAR)`;
  }
  const path = sql`coalesce(route, CASE WHEN service IS NULL THEN '(no route)' ELSE '(no route) of ' || service END)`;
  const request = sql`(CASE WHEN coalesce(method, '') = '' THEN ${path} WHEN ${path} = '' THEN method ELSE method || ' ' || ${path} END)`;
  switch (reason) {
    case 'failed':
    case 'failed_elsewhere':
      return sql`(${request} || coalesce(' answered ' || CAST(CAST(status AS BIGINT) AS VARCHAR), ' had no answer') || coalesce(' (' || error_type || ')', ''))`;
    case 'slow':
      return sql`(${request} || CASE WHEN status IS NULL AND error_type IS NULL THEN ${literal(` took over ${slowFactor} times its usual p95`)} ELSE ' was given up by the client' END)`;
    default:
      return request;
  }
}

/** The requests a reason is about, beside the filters of the query. */
export function filtersOf(reason: FunnelReason, happening: Happening | null): Filter[] {
  if (happening === null) {
    return [];
  }
  const { service, method, route, status, error_type, error_group, error_owner, slowMs } = happening;
  const is = (key: string, value: string | number | null): Filter =>
    value === null ? { key, operator: '!exists' } : { key, operator: '=', value: String(value) };
  const asked = [is('service', service), is('method', method), is('route', route)];
  const given = (key: string, value: string | number | null) => (value === null ? [] : [is(key, value)]);
  switch (reason) {
    case 'failed':
    case 'failed_elsewhere':
      return [
        ...asked,
        is('status', status),
        ...given('error_type', error_type),
        ...given('error_group', error_group),
        ...given('error_owner', error_owner),
      ];
    case 'slow':
      return status === null && error_type === null
        ? [
            ...asked,
            ...(slowMs === null ? [] : [{ key: 'duration_ms', operator: '>' as const, value: String(slowMs) }]),
          ]
        : [...asked, is('status', status), ...given('error_type', error_type)];
    default:
      return [
        ...asked,
        {
          any: [
            { key: 'status', operator: '<', value: '400' },
            { key: 'status', operator: '!exists' },
          ],
        },
      ];
  }
}
