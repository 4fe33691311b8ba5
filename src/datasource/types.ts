import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import type { QueryInput, QueryType } from '@apitrail/contract';

/** Fields of the wire that Grafana fills in itself, and `key`, which Grafana uses for its own list of queries. */
type Envelope =
  | 'refId'
  | 'datasource'
  | 'datasourceId'
  | 'hide'
  | 'key'
  | 'intervalMs'
  | 'maxDataPoints'
  | 'timeRange'
  | 'queryCachingTTL'
  | 'scopes'
  | 'groupByKeys'
  | 'adhocFilters'
  | 'interactionId'
  | 'editor';

type Saved<T> = T extends QueryInput ? Omit<T, Envelope> & DataQuery & { editor?: KeptQueries } : never;

/** A query without the fields that say where and under which name it is asked. */
export type KeptQuery = { queryType: string } & Record<string, unknown>;

/** What the editor keeps when a query is switched between builder and SQL, so that nothing written is lost. Never asked. */
export interface KeptQueries {
  /** While the query is SQL: the builder query it was made from. */
  builder?: KeptQuery;
  /** While the query is one of the builder: the SQL that was written before. */
  sql?: KeptQuery;
  /** The SQL that the builder query was last written as: what differs from it was written by hand. */
  generated?: string;
  /** Builder queries that another type was chosen instead of while the query was SQL, by their types. */
  others?: Record<string, KeptQuery>;
}

/** A query of the contract as a dashboard saves it: variables in place of values, Grafana's fields around it. */
export type ApitrailQueryOf<T extends QueryType> = Saved<Extract<QueryInput, { queryType: T }>> &
  (T extends 'values'
    ? {
        /** The contract's `key`. Grafana puts a `key` of its own on every query of a panel, so it is saved as this. */
        keyName?: string;
      }
    : unknown);

/** Any query of the contract as a dashboard saves it. */
export type ApitrailQuery = { [T in QueryType]: ApitrailQueryOf<T> }[QueryType];

/** What a variable of the data source asks for. */
export interface ApitrailVariableQuery extends DataQuery {
  /** Absent means `values`. */
  kind?: 'values' | 'keys' | 'metrics' | 'datasets';
  /** For `values`: the key whose values are listed, most frequent first. */
  keyName?: string;
  filters?: ApitrailQueryOf<'values'>['filters'];
  dataset?: string;
  search?: string;
  limit?: number;
}

/** Settings of the data source that are not secret. Names are those Grafana's Go SDK reads for its HTTP client. */
export interface ApitrailOptions extends DataSourceJsonData {
  /** Seconds after which a request to the companion is given up; 30 when absent. */
  timeout?: number;
  tlsSkipVerify?: boolean;
  /** Whether a client certificate is sent. */
  tlsAuth?: boolean;
  /** Whether `tlsCACert` is trusted instead of the system's authorities. */
  tlsAuthWithCACert?: boolean;
  serverName?: string;
  /** Dataset of queries that name none; the lake's `requests` when absent. */
  dataset?: string;
  /** IANA time zone of queries for which no dashboard gives one, such as those of alert rules; UTC when absent. */
  timezone?: string;
  /** Tracing data source that trace ids of requests link to; no links when absent. */
  traceDatasourceUid?: string;
  /** Megabytes after which an answer of the companion is given up; 64 when absent, 512 at most. */
  maxResponseMB?: number;
}

/** Secret settings; the browser never reads them back. */
export interface ApitrailSecureOptions {
  /** Key with the scope `query`, from `apitrail keys add --scope query`. */
  apiKey?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

/** The key a saved `values` query asks for. Queries written by hand may carry it as the contract's `key`. */
export type WithOptionalKey = { keyName?: string; key?: unknown };
