const equals = (key: string, value: string) => ({ key, operator: '=', value });

/** A query of every type over the shop, as the editor is opened with. */
export const EDITED = {
  traffic: { queryType: 'traffic', metrics: ['requests'], groupBy: ['service'], interval: '6h' },
  endpoints: { queryType: 'endpoints', groupBy: ['service', 'method', 'route'], metrics: ['requests', 'p95'] },
  heatmap: { queryType: 'heatmap', y: ['method', 'route'], metric: 'p95', limit: 12, interval: '6h' },
  funnel: {
    queryType: 'funnel',
    unit: 'session',
    window: '1h',
    steps: [
      { name: 'Product list', filters: [equals('route', '/api/products')] },
      { name: 'Into the cart', filters: [equals('route', '/api/cart/items')] },
    ],
  },
  errors: { queryType: 'errors', groupBy: ['status', 'route'] },
  requests: { queryType: 'requests', limit: 50, columns: ['time', 'method', 'path', 'status', 'duration_ms'] },
  values: { queryType: 'values', keyName: 'service' },
  sql: {
    queryType: 'sql',
    sql: 'SELECT\n  service,\n  count(*) AS requests\nFROM requests\nWHERE $__timeFilter(time)\nGROUP BY service\nORDER BY requests DESC',
  },
} as const;

/** Address of the editor with what it starts with. */
export function editorPath(start: object, form = 'query'): string {
  return `/editor?form=${form}&query=${encodeURIComponent(JSON.stringify(start))}`;
}
