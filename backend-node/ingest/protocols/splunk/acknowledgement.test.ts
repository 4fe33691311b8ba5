import { LazyIntake } from '../../intake/lazy-intake';
import { IntakeBench, SILENT } from '../../intake/testing/intake-bench';
import { startProtocolServer, type ProtocolServer } from '../testing/protocol-server';
import { splunk } from './splunk';

const CHANNEL = { 'x-splunk-request-channel': 'c0ffee00-0000-4000-8000-000000000000' };
const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "curl/8"';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

/** What a companion is while it runs; what is on the disk stays. */
async function whileRunning<T>(act: (server: ProtocolServer) => Promise<T>): Promise<T> {
  const intake = new LazyIntake({ settings: bench.settings, log: SILENT });
  await intake.start();
  const server = await startProtocolServer({ protocols: [splunk], intake });
  try {
    return await act(server);
  } finally {
    await server.close();
    await intake.close();
  }
}

const post = async ({ url }: ProtocolServer, path: string, body: string): Promise<unknown> =>
  (await fetch(`${url}/services/collector${path}`, { method: 'POST', headers: CHANNEL, body })).json();

it('an acknowledgement holds across restarts, whether what it stands for is in the lake by then or not', async () => {
  await whileRunning(async (server) => {
    expect(await post(server, '/raw', LINE)).toEqual({ text: 'Success', code: 0, ackId: 1 });
    expect(await post(server, '/ack', '{"acks":[1,2]}')).toEqual({ acks: { 1: true, 2: false } });
  });
  expect(await bench.committedIds()).toHaveLength(1);
  await whileRunning(async (server) => {
    expect(await post(server, '/ack', '{"acks":[1,2]}')).toEqual({ acks: { 1: true, 2: false } });
    expect(await post(server, '/event', JSON.stringify({ event: LINE }))).toMatchObject({ ackId: 2 });
    expect(await post(server, '/ack', '{"acks":[1,2]}')).toEqual({ acks: { 1: true, 2: true } });
  });
});
