/** How an endpoint of the generated shop behaves when nothing is wrong. */
export interface Endpoint {
  method: string;
  route: string;
  /** Milliseconds. */
  median: number;
  /** Standard deviation of the logarithm of the duration. */
  sigma: number;
  /** Bytes. */
  responseBytes: number;
  /** Share of requests that fail with a status of the caller's making, by status. */
  clientErrors?: Readonly<Record<number, number>>;
  needsCustomer?: boolean;
  audit?: { action: 'create' | 'read' | 'update' | 'delete' | 'export'; objectType: string };
}

const endpoint = (
  method: string,
  route: string,
  median: number,
  responseBytes: number,
  more: Partial<Endpoint> = {}
): Endpoint => ({
  method,
  route,
  median,
  sigma: 0.55,
  responseBytes,
  ...more,
});

const mine = { needsCustomer: true } as const;

/** The services of the shop and their endpoints. */
export const SHOP = {
  storefront: [
    endpoint('GET', '/api/home', 45, 18_000),
    endpoint('GET', '/api/navigation', 12, 9_000),
    endpoint('GET', '/api/banners', 10, 3_200),
    endpoint('GET', '/api/search', 120, 14_000, { sigma: 0.8, clientErrors: { 400: 0.004 } }),
    endpoint('GET', '/api/search/suggestions', 18, 900),
    endpoint('GET', '/api/recommendations', 85, 7_000, { sigma: 0.7 }),
    endpoint('GET', '/api/pages/{slug}', 22, 12_000, { clientErrors: { 404: 0.01 } }),
    endpoint('POST', '/api/newsletter', 60, 120, { clientErrors: { 422: 0.05 } }),
    endpoint('GET', '/api/stores', 30, 5_000),
    endpoint('GET', '/api/stores/{id}', 20, 1_800),
    endpoint('POST', '/api/feedback', 40, 90),
  ],
  catalog: [
    endpoint('GET', '/api/products', 65, 22_000),
    endpoint('GET', '/api/products/{id}', 38, 6_500, { clientErrors: { 404: 0.008 } }),
    endpoint('GET', '/api/products/{id}/reviews', 55, 8_000),
    endpoint('POST', '/api/products/{id}/reviews', 70, 300, { ...mine, clientErrors: { 422: 0.03 } }),
    endpoint('GET', '/api/products/{id}/related', 48, 7_500),
    endpoint('GET', '/api/products/{id}/availability', 16, 250),
    endpoint('GET', '/api/categories', 14, 4_000),
    endpoint('GET', '/api/categories/{id}', 18, 1_500, { clientErrors: { 404: 0.004 } }),
    endpoint('GET', '/api/categories/{id}/products', 75, 20_000),
    endpoint('GET', '/api/brands', 12, 3_000),
    endpoint('GET', '/api/brands/{id}', 15, 1_400),
  ],
  cart: [
    endpoint('GET', '/api/cart', 20, 2_400),
    endpoint('POST', '/api/cart/items', 42, 1_200, { clientErrors: { 409: 0.012, 422: 0.004 } }),
    endpoint('PATCH', '/api/cart/items/{id}', 36, 1_200, { clientErrors: { 404: 0.004 } }),
    endpoint('DELETE', '/api/cart/items/{id}', 30, 0),
    endpoint('POST', '/api/cart/vouchers', 55, 700, { clientErrors: { 422: 0.05 } }),
    endpoint('DELETE', '/api/cart/vouchers/{code}', 28, 0),
    endpoint('GET', '/api/cart/shipping-options', 90, 1_100),
    endpoint('DELETE', '/api/cart', 25, 0),
  ],
  checkout: [
    endpoint('POST', '/api/checkout', 140, 1_600, { clientErrors: { 409: 0.01 } }),
    endpoint('GET', '/api/checkout/{id}', 35, 2_000),
    endpoint('PUT', '/api/checkout/{id}/address', 80, 900, { clientErrors: { 422: 0.03 } }),
    endpoint('PUT', '/api/checkout/{id}/shipping', 60, 900),
    endpoint('POST', '/api/checkout/{id}/payment', 420, 1_100, { clientErrors: { 402: 0.035 }, sigma: 0.45 }),
    endpoint('GET', '/api/orders', 70, 5_000, { ...mine, audit: { action: 'read', objectType: 'order' } }),
    endpoint('GET', '/api/orders/{id}', 45, 3_000, {
      ...mine,
      audit: { action: 'read', objectType: 'order' },
      clientErrors: { 403: 0.002, 404: 0.003 },
    }),
    endpoint('POST', '/api/orders/{id}/cancel', 110, 400, {
      ...mine,
      audit: { action: 'update', objectType: 'order' },
      clientErrors: { 409: 0.15 },
    }),
    endpoint('GET', '/api/orders/{id}/tracking', 130, 1_000, { ...mine, sigma: 0.9 }),
    endpoint('POST', '/api/orders/{id}/returns', 95, 600, {
      ...mine,
      audit: { action: 'create', objectType: 'return' },
    }),
  ],
  payments: [
    endpoint('POST', '/api/payments', 330, 500, { clientErrors: { 402: 0.035 }, sigma: 0.45 }),
    endpoint('GET', '/api/payments/{id}', 25, 500),
    endpoint('POST', '/api/payments/{id}/capture', 180, 300),
    endpoint('POST', '/api/payments/{id}/refunds', 240, 300, { audit: { action: 'create', objectType: 'refund' } }),
    endpoint('GET', '/api/payment-methods', 22, 900, mine),
    endpoint('POST', '/api/payment-methods', 150, 400, {
      ...mine,
      clientErrors: { 422: 0.04 },
      audit: { action: 'create', objectType: 'payment_method' },
    }),
    endpoint('DELETE', '/api/payment-methods/{id}', 60, 0, {
      ...mine,
      audit: { action: 'delete', objectType: 'payment_method' },
    }),
  ],
  accounts: [
    endpoint('POST', '/api/login', 160, 800, { clientErrors: { 401: 0.03 } }),
    endpoint('POST', '/api/logout', 15, 0),
    endpoint('POST', '/api/register', 210, 700, { clientErrors: { 409: 0.015, 422: 0.02 } }),
    endpoint('POST', '/api/password-reset', 120, 60),
    endpoint('GET', '/api/me', 18, 1_100, {
      ...mine,
      clientErrors: { 401: 0.01 },
      audit: { action: 'read', objectType: 'customer' },
    }),
    endpoint('PATCH', '/api/me', 60, 1_100, {
      ...mine,
      clientErrors: { 422: 0.02 },
      audit: { action: 'update', objectType: 'customer' },
    }),
    endpoint('GET', '/api/me/addresses', 20, 1_300, mine),
    endpoint('POST', '/api/me/addresses', 55, 500, { ...mine, clientErrors: { 422: 0.05 } }),
    endpoint('DELETE', '/api/me/addresses/{id}', 35, 0, mine),
    endpoint('GET', '/api/me/wishlist', 30, 3_000, mine),
    endpoint('POST', '/api/me/wishlist', 35, 200, mine),
    endpoint('DELETE', '/api/me/wishlist/{id}', 30, 0, mine),
    endpoint('GET', '/api/me/export', 900, 240_000, { ...mine, audit: { action: 'export', objectType: 'customer' } }),
  ],
} as const satisfies Record<string, readonly Endpoint[]>;

export type ServiceName = keyof typeof SHOP;
export const SERVICES = Object.keys(SHOP) as ServiceName[];

/** The payment provider that the payments service calls: somebody else’s API. */
export const THIRD_PARTY = {
  host: 'api.cardgate.example',
  method: 'POST',
  route: '/v1/charges',
  median: 240,
  sigma: 0.4,
} as const;

const byName = new Map<string, { service: ServiceName; endpoint: Endpoint }>(
  SERVICES.flatMap((service) =>
    SHOP[service].map((item): [string, { service: ServiceName; endpoint: Endpoint }] => [
      `${item.method} ${item.route}`,
      { service, endpoint: item },
    ])
  )
);

/** The endpoint of that method and route. Throws for one the shop does not have: a fault in the generator. */
export function endpointOf(name: string): { service: ServiceName; endpoint: Endpoint } {
  const found = byName.get(name);
  if (!found) {
    throw new Error(`the shop has no endpoint ${name}`);
  }
  return found;
}
