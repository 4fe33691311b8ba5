// A service as teams run it, with OpenTelemetry's SDK: `node otlp-app.cjs SENDERS express|fastify proto|http URL KEY`.
// Answers some requests to itself, writes a log record of one, and ends when its exporters have sent everything.
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [senders, framework, encoding, url, key] = process.argv.slice(2);
const load = createRequire(join(senders, 'package.json'));

const { diag, DiagConsoleLogger, DiagLogLevel } = load('@opentelemetry/api');
const { resourceFromAttributes } = load('@opentelemetry/resources');
const { NodeTracerProvider, BatchSpanProcessor } = load('@opentelemetry/sdk-trace-node');
const { LoggerProvider, BatchLogRecordProcessor } = load('@opentelemetry/sdk-logs');
const { OTLPTraceExporter } = load(`@opentelemetry/exporter-trace-otlp-${encoding}`);
const { OTLPLogExporter } = load(`@opentelemetry/exporter-logs-otlp-${encoding}`);
const { registerInstrumentations } = load('@opentelemetry/instrumentation');
const { HttpInstrumentation } = load('@opentelemetry/instrumentation-http');
const { ExpressInstrumentation } = load('@opentelemetry/instrumentation-express');
const { FastifyOtelInstrumentation } = load('@fastify/otel');

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const resource = resourceFromAttributes({
  'service.name': `${framework}-shop`,
  'service.version': '1.2.3',
  'deployment.environment.name': 'test',
});
const sending = (signal) => ({
  url: `${url}/v1/${signal}`,
  headers: { authorization: `Bearer ${key}` },
  compression: 'gzip',
});
const traces = new NodeTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(sending('traces')))],
});
traces.register();
const logs = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(sending('logs')) })],
});
const fastifyOtel = new FastifyOtelInstrumentation({ registerOnInitialization: false });
registerInstrumentations({
  tracerProvider: traces,
  instrumentations: [
    new HttpInstrumentation({ ignoreOutgoingRequestHook: ({ path }) => path.startsWith('/v1/') }),
    new ExpressInstrumentation(),
    fastifyOtel,
  ],
});
const http = require('node:http');

async function startExpress() {
  const app = load('express')();
  app.get('/orders/:id', (request, response) => response.json({ id: request.params.id }));
  app.get('/broken', () => {
    throw new RangeError('out of stock');
  });
  app.use((error, _request, response, _next) => response.status(500).end());
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () =>
      resolve({ port: server.address().port, close: () => server.close() })
    );
  });
}

async function startFastify() {
  const app = load('fastify')();
  await app.register(fastifyOtel.plugin());
  app.get('/orders/:id', async (request) => ({ id: request.params.id }));
  app.get('/broken', async () => {
    throw new RangeError('out of stock');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: app.server.address().port, close: () => app.close() };
}

function get(port, path) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, agent: false, headers: { 'user-agent': 'shopper/1.0' } }, (response) => {
        response.resume();
        response.on('end', resolve);
      })
      .on('error', reject);
  });
}

async function main() {
  const { port, close } = await (framework === 'express' ? startExpress() : startFastify());
  for (const path of ['/orders/7?full=1', '/orders/8', '/broken', '/nowhere']) {
    await get(port, path);
  }
  const logger = logs.getLogger('access');
  logger.emit({
    severityText: 'INFO',
    body: 'request done',
    attributes: {
      'http.request.method': 'GET',
      'url.path': '/logged/1',
      'http.response.status_code': 204,
      'http.server.request.duration': 0.012,
    },
  });
  logger.emit({ severityText: 'INFO', body: 'a thing of the service itself' });
  await close();
  await traces.shutdown();
  await logs.shutdown();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  }
);
