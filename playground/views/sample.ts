import { annotationsOf, ofSample, pathMatches } from './filters';
import type { View } from './view';

const LISTS = '^/erddap/(tabledap/(allDatasets|index)|griddap/index|info/index|search/|categorize)';
const ABOUT =
  '/info/[^/]+/index|^/erddap/(tabledap|griddap)/[^/]+\\.(html|graph|das|dds|nccsvMetadata|subset|fgdc|iso19115)$';
const DATA =
  '^/erddap/(tabledap|griddap)/[^/]+\\.(csvp?|nc|ncCF|nccsv|json|mat|tsv|htmlTable|png|largePng|parquet|kml|geoJson)$';

/** A real sample: nine days of a public data API’s access log. */
export const sample: View = {
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
