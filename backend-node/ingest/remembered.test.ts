import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { recordOf } from './formats/json';
import { privacyConfigSchema, Pseudonymiser } from './privacy';
import { attributeProtector } from './privacy/attributes';
import { recordProtector } from './privacy/protect';
import { RequestRecord } from './normalise';
import { FieldTable } from './protocols/otlp/field-table';
import { AttributeSets } from './protocols/otlp/attribute-sets';
import { tracesProtobuf } from './protocols/otlp/decoders';
import { tracesProtobufOf } from './protocols/otlp/testing/encode-protobuf';
import { shopSpans } from './protocols/otlp/testing/shop-spans';
import { RouteKeys } from './routes/route-keys';
import { RouteRules } from './routes/rules';
import { normaliseRoute } from './routes/sender';
import { SessionDeriver } from './sessions/deriver';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const LENGTH = 400_000;
const TIMES = 120;

/** A long text that no other is like. */
const longText = (index: number): string =>
  Buffer.from(`${index}-`.padEnd(LENGTH, String.fromCharCode(97 + (index % 26)))).toString('latin1');

const pseudonymiser = new Pseudonymiser(Buffer.alloc(32, 7));
const privacy = privacyConfigSchema.parse({});
const protect = recordProtector(privacy, pseudonymiser);
const protectAttributes = attributeProtector(privacy, pseudonymiser);
const fields = new FieldTable(() => undefined);
const rules = new RouteRules([{ match: '/orders/*', route: '/orders/{id}' }]);
const sessions = new SessionDeriver({ gapUs: 1e6, hash: (text) => text.slice(0, 8) });
const keys = new RouteKeys({ isExact: () => false, make: ({ path }) => ({ path }) as never });

/** What works on something that a sender makes up, and remembers what it made of it. */
const rememberers: Array<[string, (text: string) => void]> = [
  ['names in JSON', (text) => void recordOf({ [text]: 1 }, { begin: () => {}, put: () => {}, missing: () => [] })],
  ['ids that become pseudonyms', (text) => void pseudonymiser.pseudonym('customer', text)],
  ['user agents', (text) => protect(Object.assign(new RequestRecord(), { user_agent: text }))],
  ['names of attributes', (text) => void protectAttributes({ [text]: 'x' })],
  ['names of OpenTelemetry attributes', (text) => void fields.read(Buffer.from(text), 0, text.length)],
  ['paths that rules were asked about', (text) => void rules.find('shop', 'GET', `/orders/${text}`)],
  ['routes of senders', (text) => void normaliseRoute(`/${text}`)],
  ['clients without a session', (text) => void sessions.derive('192.0.2.1', text, 1)],
  [
    'services, and paths too long for a class',
    (text) => {
      keys.renewIfFull();
      keys.classOf(text, keys.number(text));
    },
  ],
  [
    'resources of spans',
    (text) => {
      const model = shopSpans(1);
      model.resources[0]!.attributes.push(['blob', { string: text }]);
      tracesProtobuf.decode(tracesProtobufOf(model), { params: {}, receivedAt: Date.UTC(2026, 10, 2) * 1000 });
    },
  ],
  [
    'attributes of spans',
    (text) => {
      const model = shopSpans(1);
      model.resources[0]!.scopes[0]!.items[0]!.attributes.push(['blob', { string: text }]);
      tracesProtobuf.decode(tracesProtobufOf(model), { params: {}, receivedAt: Date.UTC(2026, 10, 2) * 1000 });
    },
  ],
];

it.each(rememberers)('long texts are not remembered: %s', (_, work) => {
  work('a');
  collect();
  collect();
  const before = memory();
  for (let index = 0; index < TIMES; index++) {
    work(longText(index));
  }
  collect();
  collect();
  expect(memory() - before).toBeLessThan((TIMES * LENGTH) / 3);
});

it('what is remembered of resources is bounded by its bytes, too', () => {
  const sets = new AttributeSets();
  let most = 0;
  for (let index = 0; index < 900; index++) {
    sets.renew();
    sets.resource(Object.assign(new RequestRecord(), { attributes: { args: longText(index).slice(0, 16_000) } }));
    most = Math.max(most, sets.bytes);
  }
  expect(most).toBeGreaterThan(1024 * 1024);
  expect(most).toBeLessThan(3 * 1024 * 1024);
});

function memory(): number {
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + Math.max(arrayBuffers, external);
}
