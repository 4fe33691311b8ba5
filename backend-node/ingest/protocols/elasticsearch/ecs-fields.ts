import { namedSink, type FieldSink } from '../../formats/json';
import { knownFields } from '../../formats/known-fields';
import { columnField } from '../../normalise/column-fields';
import {
  attributeField,
  durationField,
  protocolField,
  targetField,
  textField,
  timeField,
  unlessSet,
  type FieldSetter,
} from '../../normalise/fields';
import type { RequestRecord } from '../../normalise';
import { anyTimeReader } from '../../normalise/time';

/** Names of the Elastic Common Schema, beside those every format knows, and the columns they go to. The first that is set wins. */
const COLUMNS: Record<string, keyof RequestRecord & string> = {
  'source.ip': 'client_ip',
  'client.ip': 'client_ip',
  'source.address': 'client_ip',
  'url.domain': 'host',
  'http.request.bytes': 'request_bytes',
  'http.request.body.bytes': 'request_bytes',
  'http.response.bytes': 'response_bytes',
  'http.response.body.bytes': 'response_bytes',
  'http.request.id': 'request_id',
  'service.environment': 'environment',
  'service.node.name': 'instance',
  'host.hostname': 'instance',
  'organization.id': 'account',
  'user.name': 'customer',
  'transaction.id': 'span_id',
  'error.message': 'error_message',
  'tls.version': 'tls_version',
};

/** What shippers say of themselves, their files and their machines, which is nothing of the request. */
const SHIPPER = [
  ...['agent.', 'ecs.', 'input.', 'data_stream.', 'fileset.', 'log.file.', 'log.offset', 'log.flags', 'host.os.'],
  ...['host.architecture', 'host.containerized', 'host.id', 'host.ip', 'host.mac', '@version', 'event.ingested'],
  ...['event.created', 'event.module', 'event.dataset', 'event.kind', 'event.category', 'event.type', 'event.timezone'],
];

const nothing: FieldSetter = () => undefined;

/** Where the fields of documents go that are in the Elastic Common Schema (ECS 9) or by names that any format knows. */
export function ecsSink(): FieldSink {
  const fields = knownFields();
  for (const [name, column] of Object.entries(COLUMNS)) {
    fields.set(name, unlessSet(column, columnField(column)!, name));
  }
  fields.set('event.duration', durationField('duration_ms', 'ns'));
  fields.set('event.start', timeField(anyTimeReader()));
  fields.set('event.end', nothing);
  fields.set('event.original', nothing);
  const target: FieldSetter = (record, value) => {
    if (record.path === undefined) {
      targetField(record, value);
    }
  };
  fields.set('url.original', target);
  fields.set('url.full', target);
  fields.set('http.version', protocolField);
  fields.set('http.request.referrer', attributeField('http.request.header.referer'));
  fields.set('tls.version_protocol', nothing);
  fields.set('error.code', unlessSet('error_type', textField('error_type'), 'error.code'));
  return withoutShipper(namedSink(fields), fields);
}

/** Names of no column that are remembered; senders may make up any number of them. */
const MOST_NAMES = 2_000;

function withoutShipper(sink: FieldSink, fields: Map<string, FieldSetter>): FieldSink {
  let names = 0;
  return {
    ...sink,
    put: (record, field, value) => {
      let set = fields.get(field);
      if (!set) {
        set = SHIPPER.some((prefix) => field.startsWith(prefix)) ? nothing : attributeField(field);
        if (names < MOST_NAMES) {
          names++;
          fields.set(field, set);
        }
      }
      set(record, value);
    },
  };
}
