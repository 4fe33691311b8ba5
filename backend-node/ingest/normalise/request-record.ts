import { recordColumn } from '@apitrail/contract';

/**
 * One request on its way into the lake. Properties are columns of the record; undefined is null. A class, so that
 * every record has the same shape: the engine then reads its properties at fixed places.
 */
export class RequestRecord {
  /** Start of the request, whole microseconds since the epoch. NaN until a time has been read. */
  time = NaN;
  duration_ms: number | undefined = undefined;
  service: string | undefined = undefined;
  service_version: string | undefined = undefined;
  environment: string | undefined = undefined;
  instance: string | undefined = undefined;
  region: string | undefined = undefined;
  direction: string | undefined = undefined;
  method: string | undefined = undefined;
  route: string | undefined = undefined;
  path: string | undefined = undefined;
  query: string | undefined = undefined;
  scheme: string | undefined = undefined;
  protocol: string | undefined = undefined;
  host: string | undefined = undefined;
  status: number | undefined = undefined;
  request_bytes: number | undefined = undefined;
  response_bytes: number | undefined = undefined;
  upstream_duration_ms: number | undefined = undefined;
  upstream_status: number | undefined = undefined;
  upstream_host: string | undefined = undefined;
  error_type: string | undefined = undefined;
  error_message: string | undefined = undefined;
  error_group: string | undefined = undefined;
  error_owner: string | undefined = undefined;
  customer: string | undefined = undefined;
  account: string | undefined = undefined;
  session: string | undefined = undefined;
  client_ip: string | undefined = undefined;
  user_agent: string | undefined = undefined;
  auth_scheme: string | undefined = undefined;
  auth_result: string | undefined = undefined;
  tls_version: string | undefined = undefined;
  tls_cipher: string | undefined = undefined;
  action: string | undefined = undefined;
  object_type: string | undefined = undefined;
  object_id: string | undefined = undefined;
  trace_id: string | undefined = undefined;
  span_id: string | undefined = undefined;
  request_id: string | undefined = undefined;
  weight: number | undefined = undefined;
  source: string | undefined = undefined;
  route_source: string | undefined = undefined;
  session_source: string | undefined = undefined;
  /** Whole microseconds since the epoch. */
  ingested_at: number | undefined = undefined;
  attributes: Record<string, string> | undefined = undefined;

  /** Columns whose logged value could not be used and became null. Not part of the lake. */
  unusable: string[] | undefined = undefined;
  /** Whether the source said something of a request: a request line, a method, a path, a route or a status. */
  seen = false;

  /** Puts a value under a name in `attributes`; empty values and `-` are nothing. */
  setAttribute(name: string, value: string): void {
    if (value !== '' && value !== '-') {
      (this.attributes ??= {})[name] = value;
    }
  }

  /** Notes that a column became null because what was logged for it cannot be one of its values. */
  dropValue(column: string): void {
    (this.unusable ??= []).push(column);
  }
}

type ColumnsOfType<T> = {
  [K in keyof RequestRecord]-?: RequestRecord[K] extends T | undefined ? K : never;
}[keyof RequestRecord];

/** Columns that hold text. */
export type TextColumn = Exclude<ColumnsOfType<string>, undefined>;

/** Whether the name is a column of the record that holds text. */
export function isTextColumn(name: string): name is TextColumn {
  return recordColumn(name)?.type === 'string';
}
