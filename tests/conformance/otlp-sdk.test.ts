import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { Overload } from '../../backend-node/ingest/intake/overload';
import type { RequestRecord } from '../../backend-node/ingest/normalise';
import { otlp } from '../../backend-node/ingest/protocols/otlp';
import { startProtocolServer, type ProtocolServer } from '../../backend-node/ingest/protocols/testing/protocol-server';
import { describeWithClients, SENDERS } from '../senders/clients';

const run = promisify(execFile);

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [otlp], keys: true });
});
afterEach(() => server.close());

/** Runs a service that is instrumented with OpenTelemetry’s SDK to its end; gives what the SDK complained of. */
async function runService(
  framework: 'express' | 'fastify',
  encoding: 'proto' | 'http',
  key = server.key
): Promise<string> {
  const app = resolve('tests/senders/apps/otlp-app.cjs');
  try {
    const { stdout, stderr } = await run(process.execPath, [app, SENDERS, framework, encoding, server.url, key]);
    return stdout + stderr;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

const columns = ({ direction, method, route, path, query, status, error_type }: RequestRecord) => ({
  ...{ direction, method, route, path, query, status, error_type },
});
const byPath = (a: RequestRecord, b: RequestRecord): number => (a.path! < b.path! ? -1 : 1);

describeWithClients('OpenTelemetry’s Node SDK', () => {
  describe.each(['express', 'fastify'] as const)('in a %s app', (framework) => {
    it.each([
      ['protobuf', 'proto'],
      ['JSON', 'http'],
    ] as const)('sends its requests in %s', async (_, encoding) => {
      expect(await runService(framework, encoding)).toBe('');
      const { records, submitted } = server.recorded;
      const served = records
        .filter(({ direction, path }) => direction === 'server' && path !== '/logged/1')
        .sort(byPath);
      const common = { direction: 'server', method: 'GET', query: undefined, error_type: undefined };
      expect(served.map(columns)).toEqual([
        { ...common, route: '/broken', path: '/broken', status: 500 },
        { ...common, route: undefined, path: '/nowhere', status: 404 },
        { ...common, route: '/orders/:id', path: '/orders/7', query: 'full=1', status: 200 },
        { ...common, route: '/orders/:id', path: '/orders/8', status: 200 },
      ]);
      for (const record of records) {
        expect(record).toMatchObject({
          service: `${framework}-shop`,
          service_version: '1.2.3',
          environment: 'test',
          source: 'otlp',
          duration_ms: expect.any(Number) as number,
        });
      }
      expect(
        served.every(
          ({ user_agent, host, trace_id }) => user_agent === 'shopper/1.0' && host === '127.0.0.1' && trace_id
        )
      ).toBe(true);
      const made = records.filter(({ direction }) => direction === 'client').sort(byPath);
      expect(made.map(({ path, status }) => [path, status])).toEqual([
        ['/broken', 500],
        ['/nowhere', 404],
        ['/orders/7', 200],
        ['/orders/8', 200],
      ]);
      expect(records.find(({ path }) => path === '/logged/1')).toMatchObject({
        method: 'GET',
        status: 204,
        duration_ms: 12,
      });
      expect(submitted.flatMap(({ decoded }) => decoded.rejects)).toEqual([]);
      expect(server.log().filter(({ protocol }) => protocol === 'otlp')).not.toEqual([]);
      expect(new Set(submitted.map(({ batch }) => batch.decoder))).toEqual(
        new Set(
          encoding === 'http' ? ['otlp-traces-json', 'otlp-logs-json'] : ['otlp-traces-protobuf', 'otlp-logs-protobuf']
        )
      );
    });
  });

  it('tries again when it is told to, and nothing is taken in twice', async () => {
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'Too much comes in.', 1);
    const running = runService('express', 'proto');
    while (!server.log().some(({ status }) => status === 503)) {
      await new Promise((done) => setTimeout(done, 20));
    }
    server.recorded.overload = undefined;
    await running;
    expect(
      server.recorded.records.filter(({ direction, path }) => direction === 'server' && path !== '/logged/1')
    ).toHaveLength(4);
  });

  it('does not try again what will never be taken in, and says why', async () => {
    const complaint = await runService('fastify', 'http', `${server.key}x`);
    expect(complaint).toContain('401');
    expect(complaint).toContain('APITRAIL_UNAUTHENTICATED');
    expect(server.recorded.records).toEqual([]);
  });
});
