import { RECORD_COLUMNS } from '@apitrail/contract';

import { nginxVariables } from './nginx-variables';
import { columnField } from '../normalise/column-fields';
import {
  attributeField,
  durationField,
  requestLineField,
  routeField,
  targetField,
  textField,
  timeField,
  unlessSet,
  type FieldSetter,
} from '../normalise/fields';
import { anyTimeReader, epochMicros } from '../normalise/time';

/**
 * Other names of columns: OpenTelemetry’s in its older and its log forms, and what loggers commonly write, `req` and `res`
 * as those of Node (pino-http, express-winston) do.
 */
const ALIASES: Record<string, string> = {
  'http.method': 'method',
  'http.status_code': 'status',
  'http.scheme': 'scheme',
  'http.host': 'host',
  'http.flavor': 'protocol',
  'http.user_agent': 'user_agent',
  'http.client_ip': 'client_ip',
  'net.peer.ip': 'client_ip',
  'net.sock.peer.addr': 'client_ip',
  'http.request_content_length': 'request_bytes',
  'http.response_content_length': 'response_bytes',
  'http.request.method_original': 'method',
  'enduser.id': 'customer',
  'tenant.id': 'account',
  tenant: 'account',
  'deployment.environment': 'environment',
  'host.name': 'instance',
  traceId: 'trace_id',
  TraceId: 'trace_id',
  'trace.id': 'trace_id',
  spanId: 'span_id',
  SpanId: 'span_id',
  'span.id': 'span_id',
  session_id: 'session',
  'request.id': 'request_id',
  'req.method': 'method',
  'req.id': 'request_id',
  'req.remoteAddress': 'client_ip',
  'req.headers.host': 'host',
  'req.headers.user-agent': 'user_agent',
  'res.statusCode': 'status',
};

/**
 * What is done with each field of a log whose names are known: the record’s own, OpenTelemetry’s, nginx’s. Fields that
 * are not in it become attributes. A new table holds readers that remember the last time they read.
 */
export function knownFields(): Map<string, FieldSetter> {
  const fields = new Map<string, FieldSetter>();
  for (const [name, { set }] of nginxVariables()) {
    fields.set(name, set);
  }
  for (const [alias, column] of Object.entries(ALIASES)) {
    const set = columnField(column)!;
    fields.set(alias, column === 'method' || column === 'status' ? set : unlessSet(column as 'host', set, alias));
  }
  const any = timeField(anyTimeReader());
  for (const name of ['timestamp', '@timestamp', 'ts', 'datetime', 'Timestamp']) {
    fields.set(name, unlessSet('time', any, name));
  }
  const nanos = timeField((text) => epochMicros(text, 'ns'));
  fields.set('timeUnixNano', unlessSet('time', nanos, 'timeUnixNano'));
  fields.set('startTimeUnixNano', nanos);
  fields.set('request_line', requestLineField);
  for (const name of ['url.full', 'url.original', 'http.url', 'http.target', 'url', 'req.url']) {
    fields.set(name, unlessSet('path', targetField, name));
  }
  fields.set('responseTime', unlessSet('duration_ms', durationField('duration_ms', 'ms'), 'responseTime'));
  fields.set('referer', attributeField('http.request.header.referer'));
  fields.set('http.request.header.user-agent', unlessSet('user_agent', textField('user_agent'), 'user_agent'));
  for (const column of RECORD_COLUMNS) {
    const set = columnField(column.name);
    if (set) {
      fields.set(column.name, set);
      if ('attribute' in column && column.attribute) {
        fields.set(column.attribute, set);
      }
    }
  }
  fields.set('http.server.request.duration', durationField('duration_ms', 's'));
  const clientDuration = durationField('duration_ms', 's');
  fields.set('http.client.request.duration', (record, value) => {
    record.direction = 'client';
    clientDuration(record, value);
  });
  fields.set('http.route', routeField);
  return fields;
}
