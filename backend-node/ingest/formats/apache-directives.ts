import { ApitrailError } from '@apitrail/contract';

import type { LogVariable } from './nginx-variables';
import {
  attributeField,
  bytesField,
  durationField,
  hostField,
  methodField,
  protocolField,
  queryField,
  requestLineField,
  statusField,
  targetField,
  textField,
  tlsVersionField,
  unlessSet,
  type FieldSetter,
} from '../normalise/fields';
import type { ValueShape } from './template';

const variable = (shape: ValueShape, set: FieldSetter): LogVariable => ({ shape, set });

/** mod_log_config’s and mod_logio’s directives without an argument. `%t` is read elsewhere. */
const PLAIN: Record<string, LogVariable> = {
  h: variable('token', unlessSet('client_ip', textField('client_ip'), 'remote_host')),
  a: variable('token', textField('client_ip')),
  A: variable('token', attributeField('local_address')),
  l: variable('token', attributeField('ident')),
  u: variable('text', textField('customer')),
  r: variable('text', requestLineField),
  m: variable('token', methodField),
  U: variable('text', unlessSet('path', targetField, 'url_path')),
  q: variable('text', unlessSet('query', queryField, 'url_query')),
  H: variable('token', protocolField),
  s: variable('number', statusField),
  b: variable('number', bytesField('response_bytes')),
  B: variable('number', bytesField('response_bytes')),
  O: variable('number', unlessSet('response_bytes', bytesField('response_bytes'), 'http.response.size')),
  I: variable('number', unlessSet('request_bytes', bytesField('request_bytes'), 'http.request.size')),
  S: variable('number', attributeField('bytes_transferred')),
  D: variable('number', durationField('duration_ms', 'us')),
  T: variable('number', unlessSet('duration_ms', durationField('duration_ms', 's'), 'duration_seconds')),
  v: variable('token', unlessSet('host', hostField, 'server_name')),
  V: variable('token', hostField),
  p: variable('number', attributeField('server.port')),
  P: variable('number', attributeField('process.pid')),
  k: variable('number', attributeField('keepalive_requests')),
  X: variable('token', attributeField('connection_status')),
  L: variable('token', unlessSet('request_id', textField('request_id'), 'log_id')),
  f: variable('text', attributeField('filename')),
  R: variable('text', attributeField('handler')),
};

const DURATION_UNITS = { ms: 'ms', us: 'us', s: 's' } as const;

const HEADERS: Record<string, LogVariable> = {
  'user-agent': variable('text', textField('user_agent')),
  host: variable('token', unlessSet('host', hostField, 'http.request.header.host')),
  'content-length': variable('number', bytesField('request_bytes')),
  'x-request-id': variable(
    'token',
    unlessSet('request_id', textField('request_id'), 'http.request.header.x-request-id')
  ),
};

const NAMED: Record<string, LogVariable> = {
  SSL_PROTOCOL: variable('token', tlsVersionField),
  SSL_CIPHER: variable('token', textField('tls_cipher')),
  UNIQUE_ID: variable('token', textField('request_id')),
};

/** What a directive means, `%{argument}letter` or `%letter`. Throws APITRAIL_BAD_FORMAT for one that does not exist. */
export function apacheDirective(letter: string, argument: string | undefined): LogVariable {
  if (argument === undefined) {
    const plain = PLAIN[letter];
    if (!plain) {
      throw unknownDirective(`%${letter}`);
    }
    return plain;
  }
  switch (letter) {
    case 'i':
      return HEADERS[argument.toLowerCase()] ?? variable('text', header('request', argument));
    case 'o':
      return variable('text', header('response', argument));
    case 'C':
      return variable('text', attributeField(`cookie.${argument}`));
    case 'e':
    case 'x':
    case 'n':
      return NAMED[argument] ?? variable('text', attributeField(argument));
    case 'c':
      return variable('token', attributeField(argument));
    case 'a':
      return variable('token', attributeField('peer_address'));
    case 'p':
      return variable('number', attributeField(argument === 'remote' ? 'client.port' : 'server.port'));
    case 'P':
      return variable('token', attributeField(`process.${argument}`));
    case 'h':
      return PLAIN.h!;
    case 'T': {
      const unit = DURATION_UNITS[argument as keyof typeof DURATION_UNITS];
      if (unit) {
        return variable('number', durationField('duration_ms', unit));
      }
      break;
    }
    case '^ti':
      return variable('text', header('request', argument));
    case '^to':
      return variable('text', header('response', argument));
  }
  throw unknownDirective(`%{${argument}}${letter}`);
}

function header(side: 'request' | 'response', name: string): FieldSetter {
  return attributeField(`http.${side}.header.${name.toLowerCase()}`);
}

function unknownDirective(text: string): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_FORMAT', `Apache’s LogFormat has no ${text}.`, { where: 'format' });
}
