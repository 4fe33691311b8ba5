import type { QueryInputOf, QueryType } from '@apitrail/contract';

/** A query as a view writes it; the panel adds `refId`. */
export type ViewQuery = { [T in QueryType]: Omit<QueryInputOf<T>, 'refId'> }[QueryType];

export type PanelKind =
  | 'time-series'
  | 'table'
  | 'endpoint-heatmap'
  | 'journey-funnel'
  | 'journey-paths'
  | 'error-breakdown'
  | 'retention-cohorts'
  | 'customer-timeline';

export interface ViewPanel {
  id: string;
  title: string;
  description: string;
  kind: PanelKind;
  /** Columns of twelve, where the window is wide. */
  span: 4 | 6 | 12;
  height: number;
  query: ViewQuery;
  /** What is asked beside it, for panels that draw several answers in one. */
  beside?: ViewQuery[];
  /** Whether it compares with the earlier time that is chosen for the page. */
  compared?: true;
  options?: Record<string, unknown>;
}

/** Annotations of a view, over all panels whose axis is time. */
export interface ViewAnnotation {
  name: string;
  /** A colour of Grafana’s palette. */
  iconColor: string;
  query: Omit<QueryInputOf<'annotations'>, 'refId'>;
}

/** What one dataset’s page shows. */
export interface View {
  id: string;
  title: string;
  about: string;
  /** Fixed ranges in epoch milliseconds, or the last so many milliseconds up to the newest row. */
  range: { from: number; to: number } | { last: number };
  annotations: ViewAnnotation[];
  panels: ViewPanel[];
}

const DAY = 86_400_000;
const served = { key: 'direction', operator: '!=' as const, value: 'client' };
const ofSample = { key: 'service', operator: '=' as const, value: 'erddap' };
const ofShop = { key: 'service', operator: '!=' as const, value: 'erddap' };
const route = (method: string, path: string) => [
  { key: 'method', operator: '=' as const, value: method },
  { key: 'route', operator: '=' as const, value: path },
];
const pathMatches = (pattern: string) => [{ key: 'path', operator: '=~' as const, value: pattern }];

/** What dashboards mark as well, of some services. */
const annotationsOf = (service: typeof ofSample | typeof ofShop): ViewAnnotation[] => [
  {
    name: 'Deploys',
    iconColor: 'blue',
    query: { queryType: 'annotations', kind: ['deploy'], filters: [service] },
  },
  {
    name: 'Events',
    iconColor: 'purple',
    query: { queryType: 'annotations', kind: ['event'], filters: [service] },
  },
  {
    name: 'Incidents',
    iconColor: 'red',
    query: { queryType: 'annotations', kind: ['incident'], filters: [service] },
  },
];

const LISTS = '^/erddap/(tabledap/(allDatasets|index)|griddap/index|info/index|search/|categorize)';
const ABOUT =
  '/info/[^/]+/index|^/erddap/(tabledap|griddap)/[^/]+\\.(html|graph|das|dds|nccsvMetadata|subset|fgdc|iso19115)$';
const DATA =
  '^/erddap/(tabledap|griddap)/[^/]+\\.(csvp?|nc|ncCF|nccsv|json|mat|tsv|htmlTable|png|largePng|parquet|kml|geoJson)$';

/** A real sample: nine days of a public data API’s access log. */
const sample: View = {
  id: 'sample',
  title: 'ERDDAP',
  about:
    'Nine days of a public ERDDAP data API, from its nginx access log. Sessions are derived from address and user agent.',
  range: { from: Date.UTC(2024, 4, 12), to: Date.UTC(2024, 4, 21) },
  annotations: annotationsOf(ofSample),
  panels: [
    {
      id: 'traffic',
      title: 'Requests by status class',
      description: 'Requests per bucket, by class of the status.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: { queryType: 'traffic', metrics: ['requests'], groupBy: ['status_class'], filters: [ofSample] },
      options: { stacked: true },
    },
    {
      id: 'sessions',
      title: 'Sessions and bytes sent',
      description: 'Derived sessions that were active in each bucket. This log has no durations.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: { queryType: 'traffic', metrics: ['sessions', 'response_bytes'], filters: [ofSample] },
    },
    {
      id: 'heatmap',
      title: 'Endpoints over time',
      description: 'Requests of the busiest routes. Click a cell for the requests behind it.',
      kind: 'endpoint-heatmap',
      compared: true,
      span: 12,
      height: 520,
      query: {
        queryType: 'heatmap',
        x: 'time',
        y: ['method', 'route'],
        metric: 'requests',
        limit: 20,
        interval: '3h',
        filters: [ofSample],
      },
    },
    {
      id: 'funnel',
      title: 'From the catalogue to the data',
      description: 'Sessions that list datasets, read about one, and take data within an hour.',
      kind: 'journey-funnel',
      compared: true,
      span: 12,
      height: 340,
      query: {
        queryType: 'funnel',
        unit: 'session',
        window: '1h',
        filters: [ofSample],
        steps: [
          { name: 'Lists datasets', filters: pathMatches(LISTS) },
          { name: 'Reads about one', filters: pathMatches(ABOUT) },
          { name: 'Takes its data', filters: pathMatches(DATA) },
        ],
      },
    },
    {
      id: 'retention',
      title: 'Who comes back',
      description:
        'Networks, as far as addresses are kept, by the days they asked, and which share of them asked again how much later.',
      kind: 'retention-cohorts',
      compared: true,
      span: 12,
      height: 440,
      query: {
        queryType: 'retention',
        unit: 'client_ip',
        interval: 'day',
        periods: 8,
        filters: [ofSample],
      },
    },
    {
      id: 'paths',
      title: 'How sessions come to take data',
      description: 'The three requests before the first that takes data. Hover a request to see what comes through it.',
      kind: 'journey-paths',
      compared: true,
      span: 12,
      height: 420,
      query: {
        queryType: 'paths',
        unit: 'session',
        anchor: pathMatches(DATA),
        direction: 'before',
        depth: 3,
        rowsPerStep: 6,
        filters: [ofSample],
      },
    },
    {
      id: 'errors',
      title: 'Errors',
      description: 'Failed requests by status and route.',
      kind: 'error-breakdown',
      compared: true,
      span: 12,
      height: 420,
      query: { queryType: 'errors', groupBy: ['status', 'route'], limit: 50, filters: [ofSample] },
    },
    {
      id: 'requests',
      title: 'Requests',
      description: 'The newest requests.',
      kind: 'table',
      span: 12,
      height: 420,
      query: {
        queryType: 'requests',
        limit: 200,
        columns: ['time', 'method', 'path', 'route', 'status', 'response_bytes', 'session', 'client_ip', 'user_agent'],
        filters: [ofSample],
      },
    },
  ],
};

const CHECKOUT = [
  { name: 'Product list', filters: route('GET', '/api/products') },
  { name: 'Product', filters: route('GET', '/api/products/{id}') },
  { name: 'Into the cart', filters: route('POST', '/api/cart/items') },
  { name: 'Checkout', filters: route('POST', '/api/checkout') },
  { name: 'Payment', filters: route('POST', '/api/checkout/{id}/payment') },
];

/** The generated shop. */
const shop: View = {
  id: 'shop',
  title: 'Shop',
  about: 'Fourteen days of a made-up shop with six services. incidents.json in the lake says what was planted in it.',
  range: { last: 7 * DAY },
  annotations: annotationsOf(ofShop),
  panels: [
    {
      id: 'traffic',
      title: 'Requests by service',
      description: 'Requests per bucket that the shop served, by service.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: { queryType: 'traffic', metrics: ['requests'], groupBy: ['service'], filters: [served, ofShop] },
      options: { stacked: true },
    },
    {
      id: 'latency',
      title: 'Latency',
      description: 'Percentiles of the duration of served requests, health checks left out.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: {
        queryType: 'traffic',
        metrics: ['p50', 'p95', 'p99'],
        filters: [served, ofShop, { key: 'route', operator: '!=', value: '/health' }],
      },
    },
    {
      id: 'heatmap',
      title: 'Error rate of endpoints over time',
      description: 'Share of failed requests of the busiest routes. Click a cell for the requests behind it.',
      kind: 'endpoint-heatmap',
      compared: true,
      span: 12,
      height: 620,
      query: {
        queryType: 'heatmap',
        x: 'time',
        y: ['service', 'method', 'route'],
        metric: 'error_rate',
        orderBy: 'errors',
        limit: 24,
        interval: '2h',
        filters: [served, ofShop],
      },
    },
    {
      id: 'funnel',
      title: 'From the product list to the payment',
      description: 'Sessions, how far they got within an hour of their first look at the list, and why they stopped.',
      kind: 'journey-funnel',
      compared: true,
      span: 12,
      height: 460,
      query: {
        queryType: 'funnel',
        unit: 'session',
        window: '1h',
        filters: [served, ofShop],
        steps: CHECKOUT,
      },
      beside: [
        {
          queryType: 'funnel',
          view: 'reasons',
          unit: 'session',
          window: '1h',
          filters: [served, ofShop],
          steps: CHECKOUT,
        },
      ],
    },
    {
      id: 'paths',
      title: 'Where customers go from a product',
      description:
        'What comes after the first look at a product, step by step. Click a request for what can be asked next.',
      kind: 'journey-paths',
      compared: true,
      span: 12,
      height: 460,
      query: {
        queryType: 'paths',
        anchor: route('GET', '/api/products/{id}'),
        rowsPerStep: 6,
        filters: [served, ofShop],
      },
    },
    {
      id: 'times',
      title: 'Time between steps',
      description: 'How long each step came after the one before.',
      kind: 'journey-funnel',
      compared: true,
      span: 12,
      height: 300,
      query: {
        queryType: 'funnel',
        view: 'times',
        unit: 'session',
        window: '1h',
        filters: [served, ofShop],
        steps: CHECKOUT,
      },
    },
    {
      id: 'retention',
      title: 'Customers who come back',
      description: 'Customers by the day they used the shop, and which share of them used it how many days later.',
      kind: 'retention-cohorts',
      compared: true,
      span: 12,
      height: 440,
      query: {
        queryType: 'retention',
        unit: 'customer',
        interval: 'day',
        periods: 7,
        mode: 'on',
        filters: [served, ofShop],
      },
    },
    {
      id: 'customer',
      title: 'One customer, as lived',
      description: 'Sessions, requests, errors and checkouts of one customer, in the order they came.',
      kind: 'customer-timeline',
      span: 12,
      height: 520,
      query: {
        queryType: 'customers',
        view: 'timeline',
        customer: 'customer-000002',
        direction: 'desc',
        limit: 2000,
        filters: [served, ofShop],
        funnel: { steps: CHECKOUT, window: '1h' },
      },
      options: { dashboardLinks: false },
    },
    {
      id: 'errors',
      title: 'Errors',
      description: 'Failed requests by status, service and route.',
      kind: 'error-breakdown',
      compared: true,
      span: 12,
      height: 460,
      query: { queryType: 'errors', groupBy: ['status', 'service', 'route'], limit: 100, filters: [ofShop] },
    },
    {
      id: 'requests',
      title: 'Requests',
      description: 'The newest requests.',
      kind: 'table',
      span: 12,
      height: 420,
      query: {
        queryType: 'requests',
        limit: 200,
        columns: [
          'time',
          'service',
          'method',
          'path',
          'status',
          'duration_ms',
          'customer',
          'session',
          'error_type',
          'trace_id',
        ],
        filters: [ofShop],
      },
    },
  ],
};

export const VIEWS: readonly View[] = [shop, sample];
