import { fieldSink, type FieldSink } from '../../formats/json';
import { columnField } from '../../normalise/column-fields';
import { attributeField, durationField, targetField, unlessSet, type FieldSetter } from '../../normalise/fields';
import type { RequestRecord } from '../../normalise';
import { statusOf } from '../../normalise/values';

/** Datadog’s standard attributes that have a column, where its name is not one that every format knows. */
const COLUMNS: Record<string, keyof RequestRecord & string> = {
  'http.url_details.host': 'host',
  'http.url_details.scheme': 'scheme',
  'http.useragent': 'user_agent',
  'http.version': 'protocol',
  'http.request_id': 'request_id',
  'network.client.ip': 'client_ip',
  'network.bytes_read': 'request_bytes',
  'network.bytes_written': 'response_bytes',
  'usr.id': 'customer',
  'dd.trace_id': 'trace_id',
  'dd.span_id': 'span_id',
  'dd.service': 'service',
  'dd.env': 'environment',
  'dd.version': 'service_version',
  env: 'environment',
  version: 'service_version',
  host: 'instance',
  hostname: 'instance',
  'error.kind': 'error_type',
  'error.message': 'error_message',
};

const numeric = columnField('status')!;

/** Severity of a log, as `status` is with Datadog; a number that can be one is that of the request. */
const statusOrSeverity: FieldSetter = (record, value) => {
  if (Number.isNaN(statusOf(value))) {
    record.setAttribute('status', String(value));
  } else {
    numeric(record, value);
  }
};

function fieldTable(): Map<string, FieldSetter> {
  const fields = new Map<string, FieldSetter>();
  for (const [name, column] of Object.entries(COLUMNS)) {
    fields.set(name, unlessSet(column, columnField(column)!, name));
  }
  fields.set('http.url_details.path', unlessSet('path', targetField, 'http.url_details.path'));
  fields.set('http.referer', attributeField('http.request.header.referer'));
  fields.set('duration', unlessSet('duration_ms', durationField('duration_ms', 'ns'), 'duration'));
  fields.set('status', statusOrSeverity);
  return fields;
}

function datadogSink(): FieldSink {
  const fields = fieldTable();
  const others = fieldSink(undefined);
  return {
    ...others,
    put: (record, field, value) => {
      const set = fields.get(field);
      if (set) {
        set(record, value);
      } else {
        others.put(record, field, value);
      }
    },
  };
}

/** Where the fields of Datadog’s logs go: its standard attributes (`duration` is in nanoseconds), then the known names. */
export const DATADOG_SINK = datadogSink();
