import {
  ApitrailError,
  COHORT_KEY,
  DERIVED_KEYS,
  RECORD_COLUMNS,
  type DatasetInfo,
  type KeyInfo,
  type QueryRequest,
  type QueryResponse,
  type RecordColumn,
  type ValueInfo,
} from '@apitrail/contract';

import { datasetNamed, type Dataset } from '../lake/dataset';
import type { AttributeNames } from './attribute-names';
import type { Ask, Endpoint } from './endpoint';

export interface ResourceSources {
  datasets: ReadonlyMap<string, Dataset>;
  attributes: AttributeNames;
  /** Answers a request as `/api/ds/query` does. */
  answer(request: QueryRequest, ask: Ask): Promise<QueryResponse>;
}

/** What query editors and ad hoc filters ask beside queries. */
export function resourceEndpoints(sources: ResourceSources): Endpoint[] {
  const values = (parameters: Record<string, unknown>, ask: Ask) => readValues(parameters, ask, sources);
  return [
    { method: 'GET', path: '/api/resources/datasets', answer: () => Promise.resolve(listDatasets(sources)) },
    { method: 'GET', path: '/api/resources/keys', answer: (ask) => listKeys(ask, sources) },
    { method: 'POST', path: '/api/resources/values', answer: (ask) => values(objectOf(ask.body), ask) },
    { method: 'GET', path: '/api/resources/values', answer: (ask) => values(fromQueryString(ask.query), ask) },
  ];
}

function listDatasets({ datasets }: ResourceSources): DatasetInfo[] {
  return [...datasets.values()].map(({ name, description }) => ({ name, ...(description ? { description } : {}) }));
}

async function listKeys({ query, signal }: Ask, { datasets, attributes }: ResourceSources): Promise<KeyInfo[]> {
  const name = query.dataset ?? 'requests';
  const dataset = datasetNamed(name, datasets);
  const columns: RecordColumn[] = RECORD_COLUMNS.filter(({ type }) => type !== 'map<string,string>');
  return [
    ...columns.map(({ name: key, type, description }): KeyInfo => ({
      key,
      type: typeOf(type),
      description,
      group: 'Record',
    })),
    ...Object.entries(DERIVED_KEYS).map(([key, description]): KeyInfo => ({
      key,
      type: 'string',
      description,
      group: 'Record',
    })),
    {
      key: COHORT_KEY,
      type: 'string',
      description: 'A saved cohort whose member made the request; for filters, not to group by.',
      group: 'Cohorts',
    },
    ...(await attributes.of(dataset, signal)).map((attribute): KeyInfo => ({
      key: `attributes.${attribute}`,
      type: 'string',
      description: `The attribute ${attribute}.`,
      group: 'Attributes',
    })),
  ];
}

function typeOf(type: RecordColumn['type']): KeyInfo['type'] {
  return type === 'timestamp' || type === 'date' ? 'time' : type === 'string' ? 'string' : 'number';
}

/** Runs the query type `values`, and gives its frame as a list. */
async function readValues(
  parameters: Record<string, unknown>,
  ask: Ask,
  sources: ResourceSources
): Promise<ValueInfo[]> {
  const { from, to, ...query } = parameters;
  const request: QueryRequest = {
    from: from as number,
    to: to as number,
    queries: [{ ...query, refId: 'values', queryType: 'values' }],
  };
  const { results } = await sources.answer(request, ask);
  const { status, error, frames } = results.values ?? { status: 500 };
  if (error !== undefined || !frames?.[0]) {
    throw refusal(status, error);
  }
  const { schema, data } = frames[0];
  const column = (name: string) => data.values[schema.fields.findIndex((field) => field.name === name)] ?? [];
  const requests = column('requests');
  return column('value').flatMap((value, row) =>
    value == null ? [] : [{ value: String(value), requests: Number(requests[row] ?? 0) }]
  );
}

/** The error of a single query, as the answer to the whole request. */
function refusal(status: number, error = 'The query was not answered.'): ApitrailError {
  const [, message, code] = /^([\s\S]*?)(?: \[(APITRAIL_\w+)\])?$/.exec(error) ?? [];
  const fallback = status < 500 ? 'APITRAIL_BAD_REQUEST' : 'APITRAIL_INTERNAL';
  return new ApitrailError((code as ApitrailError['code'] | undefined) ?? fallback, message ?? error);
}

function objectOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApitrailError(
      'APITRAIL_BAD_REQUEST',
      'The body must be a JSON object such as {"from":0,"to":1,"key":"service"}.'
    );
  }
  return body as Record<string, unknown>;
}

/** `filters` is JSON, `limit` a number; everything else is text. */
function fromQueryString({ filters, limit, ...texts }: Record<string, string>): Record<string, unknown> {
  return {
    ...texts,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(filters === undefined ? {} : { filters: parseFilters(filters) }),
  };
}

function parseFilters(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'filters: must be a list of filters as JSON.', {
      where: 'filters',
      cause: error,
    });
  }
}
