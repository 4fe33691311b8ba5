import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { literal, raw, sql } from '../../backend-node/engine/sql';
import { requestsSql } from '../lake/requests-sql';

/** A request as a service logs it: the record’s names, null left out. */
export type LoggedRequest = Readonly<Record<string, string | number>>;

/**
 * Requests as JSON lines in the record’s own names, some 560 bytes each: times in ISO 8601, no routes. The same for every
 * run. `traceIds` leaves out the trace ids, which no compression makes smaller.
 */
export async function requestLines(rows: number, directory: string, traceIds: boolean): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `requests-${rows}${traceIds ? '' : '-no-trace'}.ndjson`);
  if (existsSync(path)) {
    return path;
  }
  const engine = await openDuckDb({});
  const unfinished = `${path}.unfinished`;
  const left = ['time', 'route', 'route_source', 'session_source', 'source', 'ingested_at', 'attributes', 'span_id'];
  const without = [...left, 'error_group', ...(traceIds ? [] : ['trace_id'])].join(', ');
  const time = `strftime(make_timestamp(time), '%Y-%m-%dT%H:%M:%S.%fZ') AS time`;
  try {
    await engine.run(
      sql`COPY (SELECT ${raw(time)}, * EXCLUDE (${raw(without)}) FROM (${raw(requestsSql(0, rows, Math.max(rows, 1_000_000)))}))
        TO ${literal(unfinished)} (FORMAT json)`
    );
  } finally {
    await engine.close();
  }
  const lines = (await readFile(unfinished, 'utf8')).trimEnd().split('\n');
  const sent = lines.map((line) => {
    const set = Object.entries(JSON.parse(line) as Record<string, unknown>).filter(([, value]) => value !== null);
    return JSON.stringify(Object.fromEntries(set));
  });
  await writeFile(unfinished, `${sent.join('\n')}\n`);
  await rename(unfinished, path);
  await rm(unfinished, { force: true });
  return path;
}
