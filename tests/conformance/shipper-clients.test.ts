import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { Overload } from '../../backend-node/ingest/intake/overload';
import type { RequestRecord } from '../../backend-node/ingest/normalise';
import { datadog } from '../../backend-node/ingest/protocols/datadog/datadog';
import { loki } from '../../backend-node/ingest/protocols/loki/loki';
import { splunk } from '../../backend-node/ingest/protocols/splunk/splunk';
import { startProtocolServer, type ProtocolServer } from '../../backend-node/ingest/protocols/testing/protocol-server';
import { describeWithClients, loadClient } from '../senders/clients';

interface SplunkLogger {
  send(context: object, callback?: (error: unknown, response: { statusCode: number }, body: unknown) => void): void;
  flush(callback: (error: unknown, response: { statusCode: number }, body: unknown) => void): void;
  error: (error: Error & { code?: number }) => void;
}
interface Winston {
  createLogger(options: object): { info(message: string, fields?: object): void; close(): void };
  format: { json(): unknown };
}
interface LokiTransport {
  flush(): Promise<void>;
  close(): Promise<void>;
}
interface DatadogClient {
  client: {
    createConfiguration(options: object): { setServerVariables(variables: object): void };
  };
  v2: { LogsApi: new (configuration: object) => { submitLog(parameters: object): Promise<unknown> } };
}

jest.setTimeout(120_000);

const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /orders/7?b=c HTTP/1.1" 200 12 "-" "curl/8"';
const FIELDS = { method: 'GET', path: '/orders/7', status: 200 };

let server: ProtocolServer;

beforeEach(async () => {
  server = await startProtocolServer({ protocols: [splunk, datadog, loki], keys: true });
});
afterEach(() => server.close());

/** Waits until so many rows are in, and gives all there are. */
async function rows(count: number): Promise<RequestRecord[]> {
  while (server.recorded.records.length < count) {
    await sleep(10);
  }
  return server.recorded.records;
}

describeWithClients('splunk-logging', () => {
  const logger = (options: object = {}): SplunkLogger => {
    const { Logger } = loadClient<{ Logger: new (options: object) => SplunkLogger }>('splunk-logging');
    return new Logger({ token: server.key, url: server.url, ...options });
  };

  it('sends text and objects in batches, and is told of success', async () => {
    const client = logger({ maxBatchCount: 100 });
    client.send({ message: LINE, metadata: { host: 'web-1', source: 'nginx', sourcetype: 'access_combined' } });
    client.send({ message: FIELDS, severity: 'warn', metadata: { time: 1_790_000_000.5 } });
    const answer = await new Promise((resolve) => {
      client.flush((error, response, body) => resolve({ error, status: response.statusCode, body }));
    });
    expect(answer).toEqual({ error: null, status: 200, body: { text: 'Success', code: 0 } });
    expect(await rows(2)).toMatchObject([
      { ...FIELDS, instance: 'web-1', source: 'nginx', time: Date.UTC(2024, 4, 17) * 1000 },
      { ...FIELDS, time: 1_790_000_000_500_000, attributes: { severity: 'warn' } },
    ]);
  });

  it.each([
    [undefined, 9],
    ['nonsense', 4],
  ])('reads the code of a refusal', async (token, code) => {
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'not now', 1);
    const client = logger(token ? { token } : {});
    const refused = await new Promise<{ code?: number }>((resolve) => {
      client.error = resolve;
      client.send({ message: LINE });
    });
    expect(refused.code).toBe(code);
  });
});

describeWithClients('winston-splunk-httplogger', () => {
  it('sends the fields of a log', async () => {
    const winston = loadClient<Winston>('winston');
    const Transport = loadClient<new (options: object) => object>('winston-splunk-httplogger');
    const logger = winston.createLogger({
      transports: [new Transport({ splunk: { token: server.key, url: server.url } })],
    });
    logger.info('request completed', FIELDS);
    logger.info(LINE);
    expect(await rows(2)).toMatchObject([
      { ...FIELDS, source: 'winston', attributes: { severity: 'info', index: 'winston-index' } },
      { ...FIELDS, user_agent: 'curl/8' },
    ]);
    logger.close();
  });
});

describeWithClients('@datadog/datadog-api-client', () => {
  const api = (options: object = {}) => {
    const { client, v2 } = loadClient<DatadogClient>('@datadog/datadog-api-client');
    const [host, port] = ['127.0.0.1', server.port];
    const configuration = client.createConfiguration({
      authMethods: { apiKeyAuth: server.key },
      serverIndex: 1,
      ...options,
    });
    configuration.setServerVariables({ name: `${host}:${port}`, protocol: 'http' });
    return new v2.LogsApi(configuration);
  };
  const LOG = { message: LINE, service: 'shop', hostname: 'web-1', ddsource: 'nginx', ddtags: 'env:prod,team:blue' };

  it('sends logs, compressed or not', async () => {
    expect(await api().submitLog({ body: [LOG, { message: JSON.stringify(FIELDS) }] })).toEqual({});
    expect(await api().submitLog({ body: [LOG], contentEncoding: 'gzip', ddtags: 'team:red' })).toEqual({});
    expect(await rows(3)).toMatchObject([
      { ...FIELDS, service: 'shop', instance: 'web-1', environment: 'prod', attributes: { ddsource: 'nginx' } },
      FIELDS,
      { ...FIELDS, attributes: { team: 'blue' } },
    ]);
  });

  it('sends again what could not be taken, after the seconds it is told', async () => {
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'not now', 1);
    const sent = api({ enableRetry: true }).submitLog({ body: [LOG] });
    while (!server.log().some(({ status }) => status === 429)) {
      await sleep(10);
    }
    server.recorded.overload = undefined;
    await sent;
    expect(await rows(1)).toHaveLength(1);
  });

  it('reads a refusal', async () => {
    const refused = api({ authMethods: { apiKeyAuth: 'nonsense' } }).submitLog({ body: [LOG] });
    await expect(refused).rejects.toMatchObject({
      code: 403,
      body: { errors: [{ status: '403', title: 'Forbidden' }] },
    });
  });
});

describeWithClients('winston-loki', () => {
  const transport = (options: object = {}) => {
    const winston = loadClient<Winston>('winston');
    const Loki = loadClient<new (options: object) => LokiTransport>('winston-loki');
    const loki = new Loki({
      ...{ host: server.url, basicAuth: `tenant:${server.key}`, labels: { app: 'shop', env: 'prod' } },
      ...{ interval: 0.05, gracefulShutdown: false },
      ...options,
    });
    return { loki, logger: winston.createLogger({ transports: [loki] }) };
  };

  it.each([
    ['JSON', { json: true }],
    ['protobuf in snappy', { json: false }],
  ])('sends %s', async (_, options) => {
    const { loki: client, logger } = transport(options);
    logger.info(LINE);
    logger.info('request completed', FIELDS);
    expect(await rows(2)).toMatchObject([
      { ...FIELDS, service: 'shop', environment: 'prod', attributes: { level: 'info' } },
      { ...FIELDS, service: 'shop', attributes: { message: 'request completed' } },
    ]);
    await client.close();
  });

  it.each([
    ['JSON', { json: true }],
    ['protobuf in snappy', { json: false }],
  ])('sends messages that are JSON, in %s', async (_, options) => {
    const { loki: client, logger } = transport(options);
    logger.info(JSON.stringify(FIELDS));
    logger.info(JSON.stringify(FIELDS), { worker: 7 });
    expect(await rows(2)).toMatchObject([
      { ...FIELDS, service: 'shop', environment: 'prod' },
      { ...FIELDS, service: 'shop', attributes: { worker: '7' } },
    ]);
    expect(server.recorded.submitted.flatMap(({ decoded }) => decoded.rejects)).toEqual([]);
    await client.close();
  });

  it('sends again what could not be taken, and it counts once', async () => {
    server.recorded.overload = new Overload('APITRAIL_INGEST_BUSY', 'not now', 1);
    const refusals: Array<{ statusCode?: number }> = [];
    const { loki: client, logger } = transport({
      json: true,
      onConnectionError: (error: { statusCode?: number }) => refusals.push(error),
    });
    logger.info(LINE);
    while (refusals.length === 0) {
      await sleep(10);
    }
    server.recorded.overload = undefined;
    await client.close();
    expect(refusals).toMatchObject([{ statusCode: 429 }]);
    expect(await rows(1)).toHaveLength(1);
  });
});

describeWithClients('pino-loki', () => {
  it('sends what pino-http logs, with labels and metadata', async () => {
    const { pinoLoki } = loadClient<{ pinoLoki: (options: object) => NodeJS.WritableStream }>('pino-loki');
    const pino =
      loadClient<(options: object, stream: unknown) => { info(fields: object, message: string): void }>('pino');
    const stream = pinoLoki({
      ...{ host: server.url, basicAuth: { username: 'tenant', password: server.key } },
      ...{ labels: { app: 'shop' }, batching: { interval: 0.05 } },
    });
    const http = {
      req: {
        id: 1,
        method: 'GET',
        url: '/orders/7?b=c',
        headers: { 'user-agent': 'curl/8' },
        remoteAddress: '192.0.2.1',
      },
      res: { statusCode: 200 },
      responseTime: 12,
    };
    pino({}, stream).info({ ...http, meta: { trace_id: 't1' } }, 'request completed');
    expect(await rows(1)).toMatchObject([
      { ...FIELDS, query: 'b=c', duration_ms: 12, user_agent: 'curl/8', client_ip: '192.0.2.1', service: 'shop' },
    ]);
    stream.end();
    await once(stream, 'close');
  });
});
