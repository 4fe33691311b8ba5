import { tracesProtobuf } from './decoders';
import { tracesProtobufOf } from './testing/encode-protobuf';
import { shopSpans } from './testing/shop-spans';
import { IntakeBench, until } from '../../intake/testing/intake-bench';

jest.setTimeout(60_000);

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const receivedAt = Date.UTC(2026, 10, 2, 12) * 1000;
const decoderNamed = (name: string) => (name === tracesProtobuf.name ? tracesProtobuf : undefined);

/** Spans of one seed from a place on; each third goes the long way, the others the short one. */
function bodyOf(from: number, to: number): Buffer {
  const model = shopSpans(to);
  const scope = model.resources[0]!.scopes[0]!;
  scope.items.forEach((span, index) => (span.traceState = index % 3 === 0 ? 'ot=p:1' : undefined));
  scope.items = scope.items.slice(from);
  return tracesProtobufOf(model);
}

const spanIds = (to: number): string[] =>
  shopSpans(to)
    .resources[0]!.scopes[0]!.items.map(({ spanId }) => spanId)
    .sort();

function batchOf(body: Buffer): Parameters<Awaited<ReturnType<IntakeBench['intake']>>['submit']> {
  const batch = { decoder: tracesProtobuf.name, params: {}, body, receivedAt, from: 'sdk' };
  return [batch, tracesProtobuf.decode(body, batch)];
}

it('spans that were taken in before are not taken in again, whichever way they are read', async () => {
  const intake = await bench.intake({ decoderNamed });
  await intake.submit(...batchOf(bodyOf(0, 10)));
  const receipt = await intake.submit(...batchOf(bodyOf(5, 16)));
  expect(receipt.known).toEqual([0, 1, 2, 3, 4]);
  await intake.close();
  const rows = await bench.select('span_id, weight, path', 'ORDER BY 1');
  expect(rows.map(({ span_id: id }) => id)).toEqual(spanIds(16));
  expect(rows.filter(({ weight }) => weight === 2)).toHaveLength(6);
});

it('after a kill each span is there once', async () => {
  const intake = await bench.intake({ decoderNamed });
  await intake.submit(...batchOf(bodyOf(0, 10)));
  await intake.submit(...batchOf(bodyOf(5, 16)));
  const again = await bench.killed();
  try {
    const next = await again.intake({ decoderNamed });
    expect((await next.submit(...batchOf(bodyOf(12, 20)))).known).toEqual([0, 1, 2, 3]);
    await until(async () => (await again.select('span_id')).length === 20);
    await next.close();
    expect((await again.select('span_id', 'ORDER BY 1')).map(({ span_id: id }) => id)).toEqual(spanIds(20));
  } finally {
    await again.close();
    await intake.close();
  }
});
