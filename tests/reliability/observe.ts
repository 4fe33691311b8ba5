import type { QueryResult } from '@apitrail/contract';

import type { Found } from './judge';

const TIMEOUT_MS = 60_000;
const SQL = `SELECT service, split_part(request_id, '/', 2)::INTEGER AS request, count(*) AS rows, count(DISTINCT request_id) AS different
  FROM requests GROUP BY ALL`;

async function ask(url: string, query: Record<string, unknown>): Promise<unknown[][]> {
  const now = Date.now();
  const response = await fetch(`${url}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: now - 86_400_000, to: now + 3_600_000, queries: [{ refId: 'A', ...query }] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { results } = (await response.json()) as { results?: Record<string, QueryResult> };
  const answer = results?.['A'];
  if (!answer?.frames?.[0]) {
    throw new Error(answer?.error ?? `The query was answered with ${response.status}.`);
  }
  return answer.frames[0].data.values as unknown[][];
}

/** What SQL finds of every request. */
export async function askForRequests(url: string): Promise<Found[]> {
  const values = await ask(url, { queryType: 'sql', sql: SQL, limit: 1_000_000 });
  const [clients = [], requests = [], rows = [], different = []] = values;
  return clients.map((client, index) => ({
    client: client as string,
    request: Number(requests[index]),
    rows: Number(rows[index]),
    different: Number(different[index]),
  }));
}

/** How many requests the query type `endpoints` counts, by client. */
export async function askForCounts(url: string): Promise<Map<string, number>> {
  const [clients = [], counts = []] = await ask(url, {
    queryType: 'endpoints',
    groupBy: ['service'],
    metrics: ['requests'],
    limit: 100,
  });
  return new Map(clients.map((client, index) => [client as string, Number(counts[index])]));
}
