import type { QueryResult } from '@apitrail/contract';

import { ROWS_AWAITED, ROWS_INTERRUPTED } from '../../backend-node/lake/hot/awaited-rows';
import type { Found } from './judge';

const TIMEOUT_MS = 60_000;
const DAY_MS = 86_400_000;
const MOST_ROWS = 10_000;

/** Plain rows and those of visits, by request. Prefixes have no quotes in them. */
const requestsSql = (prefix: string) => `
  SELECT service, split_part(request_id, '/', 2)::INTEGER AS request, count(*) AS rows, count(DISTINCT request_id) AS different
  FROM requests WHERE starts_with(service, '${prefix}') AND (NOT contains(service, '.') OR ends_with(service, '.visits'))
  GROUP BY ALL`;

/** The first frame of an answer by column, and what was said with it. */
interface Answered {
  values: unknown[][];
  column(name: string): unknown[];
  notices: string[];
  /** It says that acknowledged requests are missing. */
  awaited: boolean;
}

async function ask(url: string, query: Record<string, unknown>): Promise<Answered> {
  const now = Date.now();
  const response = await fetch(`${url}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ from: now - DAY_MS, to: now + DAY_MS / 24 },
      queries: [{ refId: 'A', intervalMs: 600_000, maxDataPoints: 1_000, ...query }],
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { results } = (await response.json()) as { results?: Record<string, QueryResult> };
  const answer = results?.['A'];
  const frame = answer?.frames?.[0];
  if (!frame) {
    throw new Error(answer?.error ?? `The query was answered with ${response.status}.`);
  }
  const values = frame.data.values as unknown[][];
  const notices = (frame.schema.meta?.notices ?? []).map(({ text }) => text);
  return {
    values,
    notices,
    awaited: notices.some((text) => [ROWS_AWAITED, ROWS_INTERRUPTED].some((said) => text.includes(said))),
    column: (name) => values[frame.schema.fields.findIndex((field) => field.name === name)] ?? [],
  };
}

/** What SQL finds of every request of the clients whose names begin so. */
export async function askForRequests(url: string, prefix = ''): Promise<{ found: Found[]; awaited: boolean }> {
  const { values, awaited } = await ask(url, { queryType: 'sql', sql: requestsSql(prefix), limit: 1_000_000 });
  const [clients = [], requests = [], rows = [], different = []] = values;
  const found = clients.map((client, index) => ({
    client: client as string,
    request: Number(requests[index]),
    rows: Number(rows[index]),
    different: Number(different[index]),
  }));
  return { found, awaited };
}

/** What is counted of a client: its rows, those that failed, its requests, and its requests with more than one row. */
export type Measure = 'rows' | 'failed' | 'requests' | 'longer';

/** What a query counts of the plain rows of the clients of a round. */
export interface Counted {
  measure: Measure;
  counts: Map<string, number>;
  /** Requests that rules left out, by rule, as the answer says. */
  leftOut: Map<string, number>;
  awaited: boolean;
  /** It shows the same row twice. */
  twice?: string;
}

/** Query types by which counts are asked for, for a client where they are about one. */
export const COUNTING: ReadonlyArray<(url: string, prefix: string, client: string) => Promise<Counted>> = [
  async (url, prefix) => {
    const query = { queryType: 'endpoints', groupBy: ['service'], metrics: ['requests'], limit: 100 };
    const answer = await ask(url, { ...query, filters: plainOf(prefix) });
    return counted('rows', answer, answer.column('service'), answer.column('requests'));
  },
  async (url, prefix) => {
    const query = { queryType: 'traffic', groupBy: ['service'], limit: 100, format: 'table' };
    const answer = await ask(url, { ...query, filters: plainOf(prefix) });
    return counted('rows', answer, answer.column('service'), answer.column('requests'));
  },
  async (url, prefix) => {
    const answer = await ask(url, { queryType: 'heatmap', y: ['service'], limit: 100, filters: plainOf(prefix) });
    return counted('rows', answer, answer.column('y'), answer.column('n'));
  },
  async (url, prefix) => {
    const answer = await ask(url, { queryType: 'values', key: 'service', filters: plainOf(prefix) });
    return counted('rows', answer, answer.column('value'), answer.column('requests'));
  },
  async (url, prefix) => {
    const query = { queryType: 'errors', groupBy: ['service'], filters: plainOf(prefix) };
    const answer = await ask(url, query);
    return counted('failed', answer, answer.column('service'), answer.column('requests'));
  },
  async (url, _, client) => {
    const step = (name: string, item: string) => ({ name, filters: [{ key: 'path', operator: '=~', value: item }] });
    const answer = await ask(url, {
      ...{ queryType: 'funnel', successOnly: false, filters: [{ key: 'service', operator: '=', value: client }] },
      steps: [step('first', '/items/0$'), step('second', '/items/1$')],
    });
    // Each request is of a customer of its own.
    const [, second] = answer.column('units').map(Number);
    return counted('longer', answer, [client], [second ?? 0]);
  },
  ...(['table', 'logs'] as const).map((format) => async (url: string, _: string, client: string) => {
    const answer = await ask(url, {
      ...{
        queryType: 'requests',
        format,
        columns: ['request_id'],
        limit: MOST_ROWS,
        orderBy: [{ key: 'time', direction: 'asc' }],
      },
      filters: [{ key: 'service', operator: '=', value: client }],
    });
    const ids =
      format === 'table'
        ? answer.column('request_id').map(String)
        : answer.column('labels').map((labels) => (labels as { request_id: string }).request_id);
    const different = new Set(ids);
    const all = counted('rows', answer, [client], [ids.length]);
    if (different.size !== ids.length) {
      all.twice = `${client}: ${ids.length} requests, ${different.size} of them different`;
    }
    // Of more than one answer has, it is not known how many there are.
    return ids.length < MOST_ROWS ? all : { ...all, counts: new Map<string, number>() };
  }),
];

const plainOf = (prefix: string) => [{ key: 'service', operator: '=~', value: `^${prefix}[^.]*$` }];

function counted(measure: Measure, answer: Answered, clients: unknown[], values: unknown[]): Counted {
  const counts = new Map<string, number>();
  clients.forEach((client, index) => {
    counts.set(String(client), (counts.get(String(client)) ?? 0) + Number(values[index] ?? 0));
  });
  const leftOut = new Map<string, number>();
  for (const text of answer.notices) {
    const match = /^([\d,]+) requests? (?:was|were) left out by rule (\w+)/.exec(text);
    if (match) {
      leftOut.set(match[2]!, Number(match[1]!.replaceAll(',', '')));
    }
  }
  return { measure, counts, leftOut, awaited: answer.awaited };
}
