import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb } from '../../../backend-node/engine/duckdb';
import { Lake } from '../../../backend-node/lake/lake';

/** A folder of one test; `remove` takes it away. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'apitrail-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** First request of the lakes below. */
export const FIRST = Date.parse('2026-11-01T00:00:00Z');

/** Makes a lake of requests, one every second from FIRST on: services a and b, routes, statuses, an attribute. */
export async function makeLake(directory: string, rows: number): Promise<void> {
  const engine = await openDuckDb({ threads: 2 });
  try {
    const lake = await Lake.open(directory, { engine, create: true });
    const staged = join(directory, 'rows.ndjson');
    const lines = Array.from({ length: rows }, (_, index) =>
      JSON.stringify({
        time: (FIRST + index * 1000) * 1000,
        duration_ms: 10 + (index % 90),
        service: index % 4 === 0 ? 'b' : 'a',
        method: 'GET',
        route: '/items/{id}',
        path: `/items/${index}/${(index * 7919).toString(36)}${'abcdefghij'.repeat(5)}`,
        status: index % 10 === 0 ? 500 : 200,
        ...(index % 2 === 0 ? { attributes: { tenant: `t${index % 3}` } } : {}),
      })
    );
    await writeFile(staged, `${lines.join('\n')}\n`);
    await lake.append({ ndjson: [staged] });
    await rm(staged);
  } finally {
    await engine.close();
  }
}

/** A request that keeps DuckDB busy for long: thousands of patterns over every row. */
export function heavyRequest(rows: number, patterns = 20_000): Record<string, unknown> {
  const groups = Array.from({ length: Math.ceil(patterns / 100) }, (_, group) => ({
    any: Array.from({ length: 100 }, (__, index) => ({
      key: 'path',
      operator: '=~',
      value: `[a-f]+[0-9]{3,9}(x|y)+.*[q-t]{3}z${group}-${index}`,
    })),
  }));
  const filters = Array.from({ length: Math.ceil(groups.length / 100) }, (_, index) => ({
    any: groups.slice(index * 100, (index + 1) * 100),
  }));
  return {
    from: FIRST,
    to: FIRST + rows * 1000,
    queries: [{ refId: 'A', queryType: 'traffic', interval: '1h', filters: [{ any: filters }] }],
  };
}
