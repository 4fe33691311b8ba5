import type { ModelAttributes, ModelExport, ModelSpan } from './export-model';

const text = (name: string, value: string): ModelAttributes[number] => [name, { string: value }];
const whole = (name: string, value: number): ModelAttributes[number] => [name, { int: String(value) }];

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  'curl/8.14.1',
  'okhttp/5.2.1',
  'python-requests/2.32.5',
];
const ROUTES = [
  '/api/orders/:id',
  '/api/users/:id',
  '/api/cart',
  '/api/products/:sku/reviews',
  '/health',
  '/api/search',
];
const STATUSES = [200, 200, 200, 200, 201, 204, 304, 400, 404, 500];

/** Numbers that look like chance and are the same every time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * Server spans of a shop’s service as OpenTelemetry’s Node SDK sends them, with 11 to 14 attributes each. The same seed gives
 * the same spans; `start` is the time of the first, milliseconds since the epoch.
 */
export function shopSpans(count: number, { seed = 1, start = Date.UTC(2026, 10, 2) } = {}): ModelExport<ModelSpan> {
  const next = numbers(seed);
  const hex = (bytes: number): string =>
    Array.from({ length: bytes / 4 }, () => (next(4294967295) + 1).toString(16).padStart(8, '0')).join('');
  const items = Array.from({ length: count }, (_, index): ModelSpan => {
    const route = ROUTES[next(ROUTES.length)]!;
    const status = STATUSES[next(STATUSES.length)]!;
    const began = BigInt(start + index * 3) * 1_000_000n + BigInt(next(1_000_000));
    const path = route.replace(/:\w+/, () => String(next(200_000)));
    const method = next(4) === 0 ? 'POST' : 'GET';
    return {
      traceId: hex(16),
      spanId: hex(8),
      name: `${method} ${route}`,
      kind: 2,
      start: String(began),
      end: String(began + BigInt(200_000 + next(200_000_000))),
      attributes: [
        text('http.request.method', method),
        text('url.scheme', 'https'),
        text('server.address', 'shop.example.com'),
        whole('server.port', 443),
        text('url.path', path),
        ...(next(3) === 0 ? [text('url.query', `page=${next(40)}`)] : []),
        text('client.address', `203.0.${next(256)}.${next(256)}`),
        text('network.peer.address', '10.0.3.17'),
        whole('network.peer.port', 20_000 + next(40_000)),
        text('network.protocol.version', next(2) === 0 ? '2' : '1.1'),
        text('user_agent.original', AGENTS[next(AGENTS.length)]!),
        text('http.route', route),
        whole('http.response.status_code', status),
        ...(status >= 500 ? [text('error.type', '500')] : []),
        whole('http.response.body.size', next(60_000)),
      ],
      status: { code: status >= 500 ? 2 : 0 },
    };
  });
  return {
    resources: [
      {
        attributes: [
          text('service.name', 'shop'),
          text('service.version', '4.12.0'),
          text('service.instance.id', '0f6d7a52-6ad1-4ad0-9d3c-0e6f9c1c0b1e'),
          text('deployment.environment.name', 'production'),
          text('cloud.region', 'eu-central-1'),
          text('k8s.namespace.name', 'shop'),
          text('telemetry.sdk.language', 'nodejs'),
          text('telemetry.sdk.name', 'opentelemetry'),
          text('telemetry.sdk.version', '2.12.0'),
          whole('process.pid', 1),
          text('process.runtime.name', 'nodejs'),
        ],
        scopes: [{ name: '@opentelemetry/instrumentation-http', attributes: [], items }],
      },
    ],
  };
}
