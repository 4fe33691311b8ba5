import {
  attributeField,
  bytesField,
  durationField,
  hostField,
  methodField,
  protocolField,
  queryField,
  requestLineField,
  schemeField,
  statusField,
  targetField,
  textField,
  timeField,
  tlsVersionField,
  unlessSet,
  upstreamAddressesField,
  upstreamStatusesField,
  upstreamTimesField,
  type FieldSetter,
} from '../normalise/fields';
import { anyTimeReader, clfTimeReader, epochMicros, isoTimeReader } from '../normalise/time';
import type { ValueShape } from './template';

export interface LogVariable {
  shape: ValueShape;
  set: FieldSetter;
}

const variable = (shape: ValueShape, set: FieldSetter): LogVariable => ({ shape, set });

/**
 * nginx’s variables that have a column, by name without `$` (ngx_http_core_module, _log_, _upstream_, _ssl_). The same
 * names are the usual keys of its JSON logs. Where several say the same, the one nearest to what was asked wins.
 */
export function nginxVariables(): Map<string, LogVariable> {
  const iso = isoTimeReader();
  const any = anyTimeReader();
  const header = (name: string): FieldSetter => attributeField(`http.request.header.${name}`);
  return new Map<string, LogVariable>([
    ['time_local', variable('text', unlessSet('time', timeField(clfTimeReader()), 'time_local'))],
    ['time_iso8601', variable('token', unlessSet('time', timeField(iso), 'time_iso8601'))],
    [
      'msec',
      variable(
        'number',
        timeField((text) => epochMicros(text, 's'))
      ),
    ],
    ['date_gmt', variable('text', unlessSet('time', timeField(any), 'date_gmt'))],
    ['remote_addr', variable('token', textField('client_ip'))],
    ['remote_user', variable('text', textField('customer'))],
    ['request', variable('text', requestLineField)],
    ['request_method', variable('token', methodField)],
    ['request_uri', variable('token', targetField)],
    ['uri', variable('text', unlessSet('path', targetField, 'uri'))],
    ['document_uri', variable('text', unlessSet('path', targetField, 'document_uri'))],
    ['args', variable('text', unlessSet('query', queryField, 'args'))],
    ['query_string', variable('text', unlessSet('query', queryField, 'query_string'))],
    ['server_protocol', variable('token', protocolField)],
    ['scheme', variable('token', unlessSet('scheme', schemeField, 'scheme'))],
    ['host', variable('token', hostField)],
    ['http_host', variable('token', unlessSet('host', hostField, 'http.request.header.host'))],
    ['server_name', variable('token', unlessSet('host', hostField, 'server_name'))],
    ['hostname', variable('token', textField('instance'))],
    ['status', variable('number', statusField)],
    ['body_bytes_sent', variable('number', bytesField('response_bytes'))],
    ['bytes_sent', variable('number', unlessSet('response_bytes', bytesField('response_bytes'), 'http.response.size'))],
    ['content_length', variable('number', bytesField('request_bytes'))],
    ['http_content_length', variable('number', bytesField('request_bytes'))],
    [
      'request_length',
      variable('number', unlessSet('request_bytes', bytesField('request_bytes'), 'http.request.size')),
    ],
    ['request_time', variable('number', durationField('duration_ms', 's'))],
    ['upstream_response_time', variable('list', upstreamTimesField)],
    ['upstream_status', variable('list', upstreamStatusesField)],
    ['upstream_addr', variable('list', upstreamAddressesField)],
    ['upstream_connect_time', variable('list', attributeField('upstream_connect_time'))],
    ['upstream_header_time', variable('list', attributeField('upstream_header_time'))],
    ['upstream_response_length', variable('list', attributeField('upstream_response_length'))],
    ['upstream_bytes_received', variable('list', attributeField('upstream_bytes_received'))],
    ['upstream_bytes_sent', variable('list', attributeField('upstream_bytes_sent'))],
    ['upstream_cache_status', variable('token', attributeField('upstream_cache_status'))],
    ['http_user_agent', variable('text', textField('user_agent'))],
    ['http_referer', variable('text', header('referer'))],
    ['http_x_forwarded_for', variable('text', header('x-forwarded-for'))],
    ['request_id', variable('token', textField('request_id'))],
    [
      'http_x_request_id',
      variable('token', unlessSet('request_id', textField('request_id'), 'http.request.header.x-request-id')),
    ],
    ['otel_trace_id', variable('token', textField('trace_id'))],
    ['otel_span_id', variable('token', textField('span_id'))],
    ['opentelemetry_trace_id', variable('token', textField('trace_id'))],
    ['opentelemetry_span_id', variable('token', textField('span_id'))],
    ['ssl_protocol', variable('token', tlsVersionField)],
    ['ssl_cipher', variable('token', textField('tls_cipher'))],
    ['pipe', variable('token', attributeField('pipe'))],
    ['connection', variable('number', attributeField('connection'))],
    ['connection_requests', variable('number', attributeField('connection_requests'))],
    ['gzip_ratio', variable('number', attributeField('gzip_ratio'))],
  ]);
}

/** Attribute for a variable without a column: headers under OpenTelemetry’s name for them, others under their own. */
export function nginxAttributeName(name: string): string {
  const dashed = (text: string): string => text.replaceAll('_', '-');
  if (name.startsWith('http_')) {
    return `http.request.header.${dashed(name.slice(5))}`;
  }
  if (name.startsWith('sent_http_')) {
    return `http.response.header.${dashed(name.slice(10))}`;
  }
  if (name.startsWith('cookie_')) {
    return `cookie.${name.slice(7)}`;
  }
  return name;
}
