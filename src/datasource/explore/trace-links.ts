import { type DataFrame, type DataLink, type DataSourceInstanceSettings, type Field, FieldType } from '@grafana/data';

const TRACE_ID = 'trace_id';
const VALUE = '${__value.raw}';

/** How the tracing data sources want to be asked for one trace, by plugin id; others take the id as `query`. */
const QUERIES: Readonly<Record<string, object>> = {
  tempo: { query: VALUE, queryType: 'traceql' },
  'grafana-x-ray-datasource': { query: VALUE, queryType: 'getTrace' },
};

type TraceDataSource = Pick<DataSourceInstanceSettings, 'uid' | 'name' | 'type'>;

/**
 * Links from trace ids to the trace in a tracing data source: on the column of a table, and on log lines as a field
 * beside the labels, because labels cannot carry links.
 */
export function withTraceLinks(frame: DataFrame, target: TraceDataSource): DataFrame {
  const links = [linkTo(target)];
  const column = frame.fields.find(({ name }) => name === TRACE_ID);
  if (column) {
    return { ...frame, fields: frame.fields.map((field) => (field === column ? linked(field, links) : field)) };
  }
  const labels = frame.meta?.type === 'log-lines' ? frame.fields.find(({ name }) => name === 'labels') : undefined;
  const values = labels?.values.map((label: Record<string, string> | null) => label?.[TRACE_ID] ?? null);
  if (!values?.some((value) => value !== null)) {
    return frame;
  }
  return {
    ...frame,
    fields: [...frame.fields, { name: TRACE_ID, type: FieldType.string, values, config: { links } }],
  };
}

function linked(field: Field, links: DataLink[]): Field {
  return { ...field, config: { ...field.config, links: [...(field.config.links ?? []), ...links] } };
}

function linkTo({ uid, name, type }: TraceDataSource): DataLink {
  return {
    title: 'Open the trace',
    url: '',
    internal: {
      datasourceUid: uid,
      datasourceName: name,
      query: { refId: 'A', ...(QUERIES[type] ?? { query: VALUE }) },
    },
  };
}
