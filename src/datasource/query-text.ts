import type { Filter } from '@apitrail/contract';

import type { ApitrailQuery } from './types';

/** One line that says what a query asks, for the history of Explore and for collapsed editors. */
export function queryText(query: ApitrailQuery): string {
  const { queryType, ...fields } = query as ApitrailQuery & Record<string, unknown>;
  const parts = [
    list(fields.metrics) ?? text(fields.metric),
    text(fields.keyName),
    prefixed('of', text(fields.customer)),
    list(fields.kind),
    fields.steps instanceof Array ? fields.steps.map((step: { name?: string }) => step.name).join(' → ') : undefined,
    prefixed(fields.direction === 'before' ? 'before' : 'after', filters(fields.anchor)),
    prefixed('starting where', filters(fields.start)),
    prefixed('returning where', filters(fields.return)),
    text(fields.sql)?.replace(/\s+/g, ' ').trim(),
    prefixed('by', list(fields.groupBy) ?? list(fields.y) ?? text(fields.y)),
    prefixed('tagged', list(fields.tags)),
    prefixed('where', filters(fields.filters)),
    prefixed('containing', text(fields.search)),
    comparisonText(text(fields.timeShift)),
    prefixed('in', fields.dataset === 'requests' ? undefined : text(fields.dataset)),
  ];
  return [queryType, ...parts.filter(Boolean)].join(' ');
}

function filters(value: unknown): string | undefined {
  return Array.isArray(value) ? filtersText(value as Filter[], ' and ') : undefined;
}

function filtersText(filters: readonly Filter[], joiner: string): string {
  return filters
    .map((filter) => {
      if ('any' in filter) {
        return `(${filtersText(filter.any, ' or ')})`;
      }
      if ('all' in filter) {
        return `(${filtersText(filter.all, ' and ')})`;
      }
      return [filter.key, filter.operator, filter.values?.join(', ') ?? filter.value]
        .filter((part) => part !== undefined)
        .join(' ');
    })
    .join(joiner);
}

function comparisonText(timeShift: string | undefined): string | undefined {
  return timeShift === undefined || timeShift === 'none' ? undefined : `compared with ${timeShift} earlier`;
}

function prefixed(word: string, value: string | undefined): string | undefined {
  return value ? `${word} ${value}` : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function list(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 ? value.join(', ') : undefined;
}
