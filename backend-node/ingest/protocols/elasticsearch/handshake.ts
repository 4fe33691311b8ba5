import type { ProtocolRequest, ProtocolRoute } from '../protocol';
import { elasticReply } from './elastic-reply';

/**
 * The version clients are told. Beats refuse a server older than they are (`allow_older_versions`), so that it must be the
 * newest major version with a minor version beyond all of it; Logstash, Fluentd and Vector look at the major version alone,
 * and write to 9 as to 8, without types.
 */
const VERSION = '9.99.0';
const CLUSTER = 'apitrail';

type Answer = (request: ProtocolRequest) => object;

/** What shippers set up before they write, by path. It is accepted and has no effect: the record has columns of its own. */
const SETTINGS: ReadonlyArray<[path: string, Answer]> = [
  ['/_index_template/:name', ({ params }) => ({ index_templates: [{ name: params.name, index_template: {} }] })],
  ['/_component_template/:name', ({ params }) => ({ component_templates: [{ name: params.name }] })],
  ['/_template/:name', ({ params }) => ({ [params.name!]: {} })],
  ['/_ingest/pipeline/:name', ({ params }) => ({ [params.name!]: { processors: [] } })],
  ['/_ilm/policy/:name', ({ params }) => ({ [params.name!]: { version: 1, policy: { phases: {} } } })],
  ['/_data_stream/:name', ({ params }) => ({ data_streams: [{ name: params.name, status: 'GREEN' }] })],
  ['/_data_stream/:name/_lifecycle', ({ params }) => ({ data_streams: [{ name: params.name, lifecycle: {} }] })],
  ['/_alias/:name', ({ params }) => ({ [params.name!]: { aliases: {} } })],
];

const READ: ReadonlyArray<[path: string, Answer]> = [
  ['/', about],
  ['/_license', license],
  ['/_xpack', xpack],
  ['/_cluster/health', health],
  ['/_cluster/health/:index', health],
  ['/_ilm/status', () => ({ operation_mode: 'STOPPED' })],
];

/** What clients ask before they write, and whether what they would write to is there. */
export const handshakeRoutes: readonly ProtocolRoute[] = [
  ...READ.map(([path, answer]) => route('GET', path, answer)),
  ...SETTINGS.flatMap(([path, answer]) => [
    route('GET', path, answer),
    route('PUT', path, acknowledged),
    route('POST', path, acknowledged),
  ]),
  route('HEAD', '/:index', () => ({})),
  route('PUT', '/:index', ({ params }) => ({ acknowledged: true, shards_acknowledged: true, index: params.index })),
];

function route(method: ProtocolRoute['method'], path: string, answer: Answer): ProtocolRoute {
  return { method, path, answer: (request) => Promise.resolve(elasticReply(request, answer(request))) };
}

function about(): object {
  return {
    name: CLUSTER,
    cluster_name: CLUSTER,
    cluster_uuid: CLUSTER,
    version: {
      number: VERSION,
      build_flavor: 'default',
      build_type: 'docker',
      build_hash: CLUSTER,
      build_date: '2026-01-01T00:00:00.000Z',
      build_snapshot: false,
      lucene_version: '10.0.0',
      minimum_wire_compatibility_version: '8.19.0',
      minimum_index_compatibility_version: '8.0.0',
    },
    tagline: 'You Know, for Search',
  };
}

function license(): object {
  const uid = '00000000-0000-0000-0000-000000000000';
  return { license: { status: 'active', uid, type: 'basic', mode: 'basic', issued_to: CLUSTER, issuer: CLUSTER } };
}

/** Index lifecycles are said to be off: flush, compaction and retention of the lake are Apitrail’s. */
function xpack(): object {
  const { license: granted } = license() as { license: object };
  return { license: granted, features: { ilm: { available: false, enabled: false } }, tagline: 'You know, for X' };
}

function health(): object {
  const shards = { active_primary_shards: 1, active_shards: 1, relocating_shards: 0, unassigned_shards: 0 };
  return { cluster_name: CLUSTER, status: 'green', timed_out: false, number_of_nodes: 1, ...shards };
}

function acknowledged(): object {
  return { acknowledged: true };
}
