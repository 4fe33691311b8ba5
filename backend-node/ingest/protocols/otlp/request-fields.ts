import { CONTESTED_ATTRIBUTES, PLACE, SYSTEM_ATTRIBUTES, type Contested, type ContestedName } from './contested';
import { knownFields } from '../../formats/known-fields';
import {
  attributeField,
  bytesField,
  methodField,
  schemeField,
  statusField,
  textField,
  unlessSet,
  type FieldSetter,
} from '../../normalise/fields';
import { protocolOf } from '../../normalise/request-target';
import type { RequestRecord } from '../../normalise';

/** Columns of the record by their own names, where no attribute of OpenTelemetry is meant by the same word. */
const OWN_NAMES = [
  'customer', 'account', 'session', 'request_id', 'tenant', 'session_id', 'auth_scheme', 'auth_result', 'action',
  'object_type', 'object_id', 'error_group', 'error_owner', 'upstream_duration_ms', 'upstream_status', 'upstream_host',
  'user_agent',
]; // prettier-ignore

/** What of a resource says how it is watched and not what it is: the same words in every row, and nobody’s question. */
const ABOUT_TELEMETRY = /^(?:telemetry|process|os)\./;

/** What is done with the attributes of a span, by name; those that are not in it become attributes of the row. */
export function spanFields(contested: Contested): Map<string, FieldSetter> {
  const known = knownFields();
  const fields = new Map<string, FieldSetter>();
  for (const [name, set] of known) {
    if (name.includes('.') || OWN_NAMES.includes(name)) {
      fields.set(name, set);
    }
  }
  addConventions(fields, contested);
  return fields;
}

/** The same for the attributes of a log record: they may also be a log’s own, such as nginx’s. */
export function logFields(contested: Contested): Map<string, FieldSetter> {
  const fields = knownFields();
  addConventions(fields, contested);
  return fields;
}

/** The same for the attributes of a resource and of a scope. */
export function resourceFields(contested: Contested): (name: string) => FieldSetter | undefined {
  const fields = spanFields(contested);
  return (name) => (ABOUT_TELEMETRY.test(name) ? leaveOut : fields.get(name));
}

/** The same for the attributes of an exception, of which only type and message are kept. */
export function exceptionFields(contested: Contested): (name: string) => FieldSetter {
  return (name) =>
    name === 'exception.type'
      ? (_, value) => contested.keep(PLACE.exceptionType, String(value), 0)
      : name === 'exception.message'
        ? (_, value) => contested.keep(PLACE.exceptionMessage, String(value), 0)
        : leaveOut;
}

const leaveOut: FieldSetter = () => {};

/** Leaves out the value that says nothing, keeps others as an attribute. */
function unless(name: string, usual: RegExp): FieldSetter {
  const keep = attributeField(name);
  return (record, value) => {
    if (!usual.test(String(value))) {
      keep(record, value);
    }
  };
}

/** HTTP’s version, of which there are no 2.0 and 3.0. */
export const spanProtocol: FieldSetter = (record, value) => {
  record.protocol = value === '1.1' || value === '2' ? value : protocolOf(String(value)).replace(/^([23])\.0$/, '$1');
};

/** A setter for the older name of what has a newer one: of instrumentation that sends both, the newer counts. */
function older(column: keyof RequestRecord & string, set: FieldSetter): FieldSetter {
  return (record, value) => {
    if (record[column] === undefined) {
      set(record, value);
    }
  };
}

/**
 * OpenTelemetry’s conventions for HTTP, now and before 1.23 (`http.method`, `net.*`), and what Envoy calls it. Where several
 * attributes may say the same, `contested` keeps them until all are known: their order means nothing.
 */
function addConventions(fields: Map<string, FieldSetter>, contested: Contested): void {
  for (const [name, attributes] of Object.entries(CONTESTED_ATTRIBUTES)) {
    const place = PLACE[name as ContestedName];
    attributes.forEach((attribute, rank) =>
      fields.set(attribute, (_, value) => contested.keep(place, String(value), rank))
    );
  }
  fields.set('http.method', older('method', methodField));
  fields.set('http.status_code', older('status', statusField));
  fields.set('http.scheme', older('scheme', schemeField));
  fields.set('client.port', leaveOut);
  fields.set('exception.stacktrace', leaveOut);
  for (const name of SYSTEM_ATTRIBUTES) {
    const attribute = attributeField(name);
    fields.set(name, (record, value) => {
      contested.keep(PLACE.system, String(value), 0);
      attribute(record, value);
    });
  }

  fields.set('network.protocol.version', spanProtocol);
  for (const name of ['http.flavor', 'net.protocol.version', 'http.protocol']) {
    fields.set(name, older('protocol', spanProtocol));
  }
  for (const name of ['network.protocol.name', 'net.protocol.name']) {
    fields.set(name, unless(name, /^https?$/i));
  }
  for (const name of ['network.transport', 'net.transport']) {
    fields.set(name, unless(name, /^(?:ip_)?tcp$/i));
  }
  fields.set('http.status_text', leaveOut);
  fields.set('http.request_content_length', older('request_bytes', bytesField('request_bytes')));
  fields.set('http.response_content_length', older('response_bytes', bytesField('response_bytes')));
  fields.set('http.user_agent', older('user_agent', textField('user_agent')));
  fields.set('deployment.environment', older('environment', textField('environment')));

  fields.set('request_size', unlessSet('request_bytes', bytesField('request_bytes'), 'request_size'));
  fields.set('response_size', unlessSet('response_bytes', bytesField('response_bytes'), 'response_size'));
  fields.set('guid:x-request-id', unlessSet('request_id', textField('request_id'), 'guid:x-request-id'));
  fields.set('upstream_address', unlessSet('upstream_host', textField('upstream_host'), 'upstream_address'));
}
