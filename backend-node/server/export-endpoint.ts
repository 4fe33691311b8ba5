import { ApitrailError, type QueryRequest, type QueryResponse } from '@apitrail/contract';

import type { Engine } from '../engine/engine';
import { EXPORT_FORMATS, exportFormat } from '../export/formats';
import { exportTable, tableOf } from '../export/table-export';
import { attachment } from './attachment';
import type { Ask, Endpoint } from './endpoint';

export interface ExportEndpointOptions {
  /** Answers a request as `/api/ds/query` does. */
  answer(request: QueryRequest, ask: Ask): Promise<QueryResponse>;
  engine: Engine;
  /** Where Parquet files lie until they were read. */
  folder: string;
}

/** `POST /api/export?format=csv|json|parquet`: the table that one query answers with, as a file. */
export function exportEndpoints(options: ExportEndpointOptions): Endpoint[] {
  return ['/api/export', '/api/resources/export'].map((path): Endpoint => ({
    method: 'POST',
    path,
    answer: (ask) => answerExport(ask, options),
  }));
}

async function answerExport(ask: Ask, { answer, engine, folder }: ExportEndpointOptions): Promise<unknown> {
  const format = exportFormat(ask.query.format, 'csv');
  const { from, to, query } = requestOf(ask.body);
  const { results } = await answer({ from, to, queries: [{ ...query, refId: 'A' }] }, ask);
  const table = tableOf(results.A!);
  ask.note({ queries: [query.queryType], rows: table.values[0]?.length ?? 0 });
  const stream = await exportTable(table, format, { engine, folder, signal: ask.signal });
  ask.header('content-type', EXPORT_FORMATS[format]);
  ask.header('content-disposition', attachment(String(query.queryType), format));
  return stream;
}

function requestOf(body: unknown): { from: number; to: number; query: Record<string, unknown> } {
  const { from, to, query, queries } = (body ?? {}) as Record<string, unknown>;
  const one: unknown = query ?? (Array.isArray(queries) && queries.length === 1 ? queries[0] : undefined);
  if (typeof body !== 'object' || typeof one !== 'object' || one === null || Array.isArray(one)) {
    throw new ApitrailError(
      'APITRAIL_BAD_REQUEST',
      'The body must be {"from":…,"to":…,"query":{…}}: one query, with its range in epoch milliseconds.'
    );
  }
  return { from: from as number, to: to as number, query: one as Record<string, unknown> };
}
