import { isAdditive, METRIC_NAMES, metricOf, METRICS, type MetricName } from './metrics';

/** Says the union of names once more, so that the compiler holds it and the table together. */
const NAMES: Record<MetricName, true> = {
  requests: true,
  requests_per_second: true,
  server_errors: true,
  client_errors: true,
  errors: true,
  error_rate: true,
  server_error_rate: true,
  client_error_rate: true,
  p50: true,
  p75: true,
  p90: true,
  p95: true,
  p99: true,
  avg: true,
  max: true,
  apdex: true,
  request_bytes: true,
  response_bytes: true,
  customers: true,
  sessions: true,
  accounts: true,
  concurrency: true,
};

const UNITS_OF_GRAFANA = ['short', 'reqps', 'percentunit', 'ms', 'none', 'bytes'];

describe('the table of metrics', () => {
  it('has exactly the metrics that have a name, each once', () => {
    expect([...METRIC_NAMES].sort()).toEqual(Object.keys(NAMES).sort());
  });

  it.each(METRICS.map((metric) => [metric.name, metric] as const))('says what %s is', (_, metric) => {
    expect(metric.displayName).toMatch(/\S/);
    expect(metric.description).toMatch(/[.)]$/);
    expect(UNITS_OF_GRAFANA).toContain(metric.unit);
  });

  it('gives no two metrics the same name for people', () => {
    const names = METRICS.map(({ displayName }) => displayName);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has latencies in milliseconds and shares between 0 and 1', () => {
    for (const { name, kind, unit } of METRICS) {
      expect([name, unit === 'ms']).toEqual([name, kind === 'distribution']);
      expect([name, unit === 'percentunit']).toEqual([name, name.endsWith('_rate')]);
    }
  });

  it('is looked up by name', () => {
    expect(metricOf('p95').displayName).toBe('p95 latency');
    expect(() => metricOf('p42' as MetricName)).toThrow('no metric named p42');
  });

  it('adds up what is counted and nothing else', () => {
    expect(METRIC_NAMES.filter(isAdditive)).toEqual([
      'requests',
      'server_errors',
      'client_errors',
      'errors',
      'request_bytes',
      'response_bytes',
    ]);
  });
});
