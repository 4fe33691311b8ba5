import type { Row } from './dataset';

/** A generator of numbers in 0 to 1 that gives the same ones for the same seed (a linear congruential one). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ROUTES = ['/', '/search', '/products/{id}', '/cart', '/checkout', '/pay', '/orders/{id}'];
const STATUSES = [200, 200, 200, 200, 200, 200, 201, 304, 400, 404, 429, 500, 502, 503, null];

export interface ShopOptions {
  seed?: number;
  rows: number;
  from: number;
  to: number;
  /** Whether some rows stand for more than themselves. */
  weighted?: boolean;
}

/**
 * Requests to a small shop, with everything that queries have to cope with: nulls in every column, errors of all kinds.
 */
export function shopRows({ seed = 1, rows, from, to, weighted = false }: ShopOptions): Row[] {
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const maybe = <T>(value: T, share: number): T | null => (next() < share ? value : null);
  return Array.from({ length: rows }, (_, index) => {
    const status = pick(STATUSES);
    const customer = Math.floor(next() ** 3 * 40);
    return {
      time: Math.floor(from + next() * (to - from)),
      service: maybe(pick(['shop', 'search', 'payments']), 0.97),
      method: pick(['GET', 'GET', 'POST']),
      route: maybe(ROUTES[Math.floor(next() ** 2 * ROUTES.length)]!, 0.95),
      path: `/p/${index % 50}`,
      status,
      error_type: status === null ? maybe('timeout', 0.7) : null,
      error_message: status === 500 ? 'out of stock' : null,
      error_group: status === 500 ? maybe('stock', 0.5) : null,
      duration_ms: maybe(Math.round(10 ** (next() * 3.5) * 100) / 100, 0.96),
      request_bytes: maybe(Math.floor(next() * 1000), 0.9),
      response_bytes: Math.floor(next() * 100_000),
      customer: maybe(`c${customer}`, 0.8),
      session: maybe(`s${customer}-${Math.floor(next() * 3)}`, 0.9),
      account: maybe(`a${customer % 7}`, 0.7),
      instance: pick(['i-1', 'i-2']),
      trace_id: index.toString(16).padStart(32, '0'),
      attributes: maybe({ plan: pick(['free', 'pro']), items: String(Math.floor(next() * 12)) }, 0.5),
      ...(weighted ? { weight: pick([null, 1, 2, 5, 10]) } : {}),
    };
  });
}
