import { IntakeBench } from '../ingest/intake/testing/intake-bench';
import { decoderNamed } from '../ingest/protocols/registry';
import { ingestMetrics } from './ingest-metrics';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

test('values that cannot be one of their column are counted by column', async () => {
  const time = Date.now();
  const body = Buffer.from(
    [2, 1e300, '1.7e308', 1e7].map((weight) => JSON.stringify({ time, method: 'GET', path: '/a', weight })).join('\n')
  );
  const batch = { decoder: 'lines', params: { format: 'json' }, body, receivedAt: time * 1000, from: 'sender' };
  const intake = await bench.intake({ decoderNamed });
  await intake.submit(batch, decoderNamed(batch.decoder)!.decode(body, batch));
  const metric = ingestMetrics(intake.status()).find(({ name }) => name === 'apitrail_ingest_unusable_values_total');
  expect(metric?.values).toMatchObject([{ value: 3, labels: { column: 'weight' } }]);
  await intake.close();
  expect(await bench.select('weight', 'ORDER BY 1')).toEqual([
    { weight: 2 },
    ...Array.from({ length: 3 }, () => ({ weight: null })),
  ]);
});
