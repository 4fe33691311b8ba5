import { readFileSync } from 'node:fs';

import { pino } from 'pino';
import { Registry } from 'prom-client';

import { loadSettings } from '../config/settings';
import type { IngestStatus } from '../ingest/intake/status';
import { Maintenance } from '../maintenance/maintenance';
import { Admission } from './admission';
import { ingestMetrics } from './ingest-metrics';
import { Metrics } from './metrics';
import { ProcessBoard } from './process-board';
import { mergedMetrics } from './process-metrics';
import type { ReportedMetric } from './process-report';

const durations = { bounds: [0.1, 1], counts: [2, 3], count: 4, sum: 7.5 };
const status: IngestStatus = {
  ...{ batches: 3, rows: 100, bytes: 4096 },
  decoders: [
    { decoder: 'lines', batches: 2, rows: 60, bytes: 3000, ignored: 0 },
    { decoder: 'otlp', batches: 1, rows: 40, bytes: 1096, ignored: 5 },
  ],
  rejected: [{ decoder: 'lines', reason: 'line N is no "JSON"\n', count: 2 }],
  unusable: [{ column: 'weight', count: 1 }],
  repeated: { batches: 1, records: 2 },
  idempotency: { entries: 9, evicted: 0 },
  refused: { APITRAIL_INGEST_BUSY: 1, APITRAIL_DISK_FULL: 0, APITRAIL_STOPPING: 0 },
  leftOut: [{ rule: 'health checks', rows: 12 }],
  countedByStatus: [{ rule: 'health checks', status: '5xx', rows: 1 }],
  ...{ acknowledgement: durations, freshness: durations, flushing: durations },
  wal: { bytes: 5000, pendingBytes: 0, segments: 1, durableSeq: 12, flushedSeq: 9, lagSeconds: 3.5 },
  hot: { files: 2, rows: 40, bytes: 900, waitingRows: 1 },
  flush: { commits: 4, rows: 60, failures: 0, lastAt: 1_795_000_000_000 },
  memory: { bytes: 10, limit: 100, rss: 1000 },
  recovered: { batches: 0, rows: 0, seconds: 0 },
  rejects: { files: 1, letters: 2, bytes: 300, oldestAt: 1_794_000_000_000, droppedByAge: 4, droppedBySize: 0 },
  deadBatches: 0,
  problems: [{ code: 'APITRAIL_DISK_FULL', message: 'Make room.', since: 1 }],
  closed: { code: 'APITRAIL_DISK_FULL', message: 'Make room.' },
};

async function boardWith(metrics: ReportedMetric[]) {
  const board = new ProcessBoard('query', await loadSettings({ environment: {} }));
  board.put({ role: 'ingest', state: 'up', restarts: 2, report: { metrics, problems: [], ready: true } });
  return board;
}

test('one text has the metrics of all processes, each with its name', async () => {
  const own = new Metrics(
    new Admission({ concurrency: 1, queueLength: 1 }),
    new Admission({ concurrency: 1, queueLength: 1 }),
    {
      ...{ version: '1', restarts: 0 },
    }
  );
  const text = await mergedMetrics(own.registry, 'query', await boardWith(ingestMetrics(status)));
  expect(text).toContain('apitrail_ingest_rows_total{process="ingest",decoder="otlp"} 40\n');
  expect(text).toContain('apitrail_ingest_wal_lag_batches{process="ingest"} 3\n');
  expect(text).toContain('apitrail_process_up{process="ingest"} 1\n');
  expect(text).toContain('apitrail_process_up{process="maintenance"} 0\n');
  expect(text).toContain('apitrail_process_restarts{process="ingest"} 2\n');
  expect(text).toContain('process_resident_memory_bytes{process="query"}');
  expect(text.match(/^# TYPE apitrail_process_restarts /gm)).toHaveLength(1);
});

test('a histogram of ingest is one of Prometheus', async () => {
  const text = await mergedMetrics(new Registry(), 'query', await boardWith(ingestMetrics(status)));
  expect(text.split('\n').filter((line) => line.includes('apitrail_ingest_freshness_seconds'))).toEqual([
    '# HELP apitrail_ingest_freshness_seconds From the acknowledgement of a batch until its rows can be queried.',
    '# TYPE apitrail_ingest_freshness_seconds histogram',
    'apitrail_ingest_freshness_seconds_bucket{process="ingest",le="0.1"} 2',
    'apitrail_ingest_freshness_seconds_bucket{process="ingest",le="1"} 3',
    'apitrail_ingest_freshness_seconds_bucket{process="ingest",le="+Inf"} 4',
    'apitrail_ingest_freshness_seconds_sum{process="ingest"} 7.5',
    'apitrail_ingest_freshness_seconds_count{process="ingest"} 4',
  ]);
});

test('what stands in labels cannot break the text', async () => {
  const text = await mergedMetrics(new Registry(), 'query', await boardWith(ingestMetrics(status)));
  expect(text).toContain('reason="line N is no \\"JSON\\"\\n"} 2\n');
});

test('metrics of a process that ended are gone, and it is said that it is down', async () => {
  const board = await boardWith(ingestMetrics(status));
  board.put({ role: 'ingest', state: 'starting', restarts: 3 });
  const text = await mergedMetrics(new Registry(), 'query', board);
  expect(text).not.toContain('apitrail_ingest_');
  expect(text).toContain('apitrail_process_up{process="ingest"} 0\n');
});

test('docs/operations.md has a row for every metric', async () => {
  const settings = await loadSettings({ environment: {} });
  const admission = new Admission({ concurrency: 1, queueLength: 1 });
  const board = await boardWith(ingestMetrics(status));
  const maintenance = await new Maintenance(settings, pino({ level: 'silent' })).metrics.registry.getMetricsAsJSON();
  board.put({
    role: 'maintenance',
    state: 'up',
    restarts: 0,
    report: { metrics: maintenance, problems: [], ready: true },
  });
  const text = await mergedMetrics(
    new Metrics(admission, admission, { version: '1', restarts: 0 }).registry,
    'query',
    board
  );
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
  const told = [...text.matchAll(/^# HELP (apitrail_\S+) (.*)$/gm)].map(([, name, help]) => [
    name,
    types.get(name!),
    help,
  ]);
  const page = readFileSync('docs/operations.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(apitrail_\w+)` \| (\w+) \|.*?\| ([^|]+) \|$/gm)].map(([, ...cells]) => cells);
  expect(rows.sort()).toEqual(told.sort());
});
