import { Readable } from 'node:stream';

import type { SavedCohort } from '@apitrail/contract';

import type { Engine } from '../engine/engine';
import { identifier, raw, sql, type Sql } from '../engine/sql';
import { csvLine } from '../export/csv';
import type { ExportFormat } from '../export/formats';
import { parquetOf } from '../export/parquet';
import type { OpenMembers } from '../queries/cohorts/prepare';

export interface MemberExport {
  engine: Engine;
  /** Where a Parquet file lies until it was read. */
  folder: string;
  /** Most members that are written; all without. */
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Members as a stream in a format, by name. They are released when the stream closes, read to its end or not. */
export async function exportMembers(
  cohort: SavedCohort,
  open: OpenMembers,
  format: ExportFormat,
  { engine, folder, limit, signal }: MemberExport
): Promise<Readable> {
  const { members } = open;
  const select = inOrder(members.relation, cohort.unit, limit);
  const options = signal === undefined ? {} : { signal };
  try {
    const stream =
      format === 'parquet'
        ? (await parquetOf(engine, select, folder, options)).stream
        : Readable.from(write(cohort, open, format, engine.stream(select, options), limit), { objectMode: false });
    stream.once('close', () => void open.release());
    return stream;
  } catch (error) {
    await open.release();
    throw error;
  }
}

/** A SELECT of members by name, in the column of their unit. */
export function inOrder(members: Sql, unit: string, limit?: number): Sql {
  const most = limit === undefined ? sql`` : sql` LIMIT ${raw(String(limit))}`;
  return sql`SELECT unit AS ${identifier(unit)} FROM ${members} AS members ORDER BY unit${most}`;
}

async function* write(
  { name, unit }: SavedCohort,
  { members, range }: OpenMembers,
  format: 'csv' | 'json',
  parts: AsyncIterable<{ values: unknown[][] }>,
  limit: number | undefined
): AsyncGenerator<string> {
  const head = { cohort: name, unit, ...range, total: members.size };
  yield format === 'csv' ? csvLine([unit]) : `${JSON.stringify(head).slice(0, -1)},"members":[`;
  let first = true;
  for await (const { values } of parts) {
    const units = values[0] as string[];
    if (units.length === 0) {
      continue;
    }
    yield format === 'csv'
      ? units.map((one) => csvLine([one])).join('')
      : `${first ? '' : ','}${units.map((one) => JSON.stringify(one)).join(',')}`;
    first = false;
  }
  if (format === 'json') {
    yield limit !== undefined && limit < members.size ? '],"cut":true}\n' : ']}\n';
  }
}
