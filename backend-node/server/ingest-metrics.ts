import { collectDefaultMetrics, Registry } from 'prom-client';

import type { DurationSummary, IngestStatus } from '../ingest/intake/status';
import type { ReportedMetric } from './process-report';

type Labels = Record<string, string>;
type Values = Array<[number, Labels?]>;

/** What `/metrics` says of the ingest process: made of its status whenever that is asked for. */
export class IngestMetrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  async read(status: IngestStatus): Promise<ReportedMetric[]> {
    return [...(await this.registry.getMetricsAsJSON()), ...ingestMetrics(status)];
  }
}

/** The metrics of a status. */
export function ingestMetrics(status: IngestStatus): ReportedMetric[] {
  const { wal, hot, flush, memory, recovered, repeated, idempotency, rejects } = status;
  const byDecoder = (value: (of: IngestStatus['decoders'][number]) => number): Values =>
    status.decoders.map((one) => [value(one), { decoder: one.decoder }]);
  return [
    counter(
      'ingest_batches_total',
      'Batches acknowledged, by decoder.',
      byDecoder(({ batches }) => batches)
    ),
    counter(
      'ingest_rows_total',
      'Rows acknowledged, by decoder; those that rules leave out too.',
      byDecoder(({ rows }) => rows)
    ),
    counter(
      'ingest_bytes_total',
      'Bytes of bodies acknowledged, decompressed, by decoder.',
      byDecoder(({ bytes }) => bytes)
    ),
    counter(
      'ingest_ignored_total',
      'Items that are no requests and are not meant to be, by decoder.',
      byDecoder(({ ignored }) => ignored)
    ),
    counter(
      'ingest_rejected_total',
      'Items that could not be understood, by decoder and kind of reason.',
      status.rejected.map(({ decoder, reason, count }) => [count, { decoder, reason }])
    ),
    counter(
      'ingest_unusable_values_total',
      'Values that cannot be one of their column and became null, by column.',
      status.unusable.map(({ column, count }) => [count, { column }])
    ),
    counter(
      'ingest_refused_total',
      'Batches that were told to come again, by code.',
      Object.entries(status.refused).map(([code, count]) => [count, { code }])
    ),
    counter('ingest_repeated_batches_total', 'Batches known by their key, not taken in again.', [[repeated.batches]]),
    counter('ingest_repeated_records_total', 'Records known by their id, not taken in again.', [[repeated.records]]),
    gauge('ingest_idempotency_entries', 'Keys and ids that are remembered.', [[idempotency.entries]]),
    counter(
      'ingest_idempotency_evicted_total',
      'Keys and ids forgotten before their time, because there were too many.',
      [[idempotency.evicted]]
    ),
    counter(
      'ingest_left_out_rows_total',
      'Rows that rules left out, by rule.',
      status.leftOut.map(({ rule, rows }) => [rows, { rule }])
    ),
    counter(
      'ingest_left_out_status_rows_total',
      'Rows that rules with the action count left out, by rule and class of their status.',
      status.countedByStatus.map(({ rule, status: of, rows }) => [rows, { rule, status: of }])
    ),
    ...histogram(
      'ingest_acknowledgement_seconds',
      'From the arrival of a batch until it is on the disk.',
      status.acknowledgement
    ),
    ...histogram(
      'ingest_freshness_seconds',
      'From the acknowledgement of a batch until its rows can be queried.',
      status.freshness
    ),
    ...histogram('ingest_flush_duration_seconds', 'Time a flush into the lake takes.', status.flushing),
    gauge('ingest_wal_bytes', 'Bytes of the write-ahead log.', [[wal.bytes]]),
    gauge('ingest_wal_segments', 'Files of the write-ahead log.', [[wal.segments]]),
    gauge('ingest_wal_pending_bytes', 'Bytes that wait to be written to the write-ahead log.', [[wal.pendingBytes]]),
    gauge('ingest_wal_lag_batches', 'Batches that are acknowledged and in no commit yet.', [
      [wal.durableSeq - wal.flushedSeq],
    ]),
    gauge('ingest_wal_lag_seconds', 'Age of the oldest batch that is in no commit yet; 0 when there is none.', [
      [wal.lagSeconds],
    ]),
    gauge('ingest_hot_files', 'Hot files: rows that can be queried and are in no commit yet.', [[hot.files]]),
    gauge('ingest_hot_rows', 'Rows in hot files.', [[hot.rows]]),
    gauge('ingest_hot_bytes', 'Bytes of hot files.', [[hot.bytes]]),
    gauge('ingest_waiting_rows', 'Rows that are acknowledged and cannot be queried yet.', [[hot.waitingRows]]),
    counter('ingest_flushes_total', 'Commits of what was taken in.', [[flush.commits]]),
    counter('ingest_flushed_rows_total', 'Rows committed to the lake.', [[flush.rows]]),
    counter('ingest_flush_failures_total', 'Flushes that failed; they are tried again.', [[flush.failures]]),
    gauge(
      'ingest_last_flush_timestamp_seconds',
      'When the last flush ended.',
      flush.lastAt === null ? [] : [[flush.lastAt / 1000]]
    ),
    gauge('ingest_memory_bytes', 'Memory of bodies and rows on their way, as far as it is counted.', [[memory.bytes]]),
    gauge('ingest_memory_limit_bytes', 'What that memory may be (ingest.memory).', [[memory.limit]]),
    gauge('ingest_recovered_batches', 'Batches taken in again from the write-ahead log at the start.', [
      [recovered.batches],
    ]),
    gauge('ingest_recovered_rows', 'Rows taken in again from the write-ahead log at the start.', [[recovered.rows]]),
    gauge('ingest_recovery_duration_seconds', 'How long that took.', [[recovered.seconds]]),
    gauge('ingest_dead_letters', 'Items that could not be understood and are kept.', [[rejects.letters]]),
    gauge('ingest_dead_letter_bytes', 'Bytes of dead letters.', [[rejects.bytes]]),
    gauge(
      'ingest_oldest_dead_letter_timestamp_seconds',
      'When the oldest dead letter came in.',
      rejects.oldestAt === null ? [] : [[rejects.oldestAt / 1000]]
    ),
    counter('ingest_dead_letters_dropped_total', 'Dead letters deleted before anybody took them in, by why.', [
      [rejects.droppedByAge, { why: 'age' }],
      [rejects.droppedBySize, { why: 'size' }],
    ]),
    counter('ingest_dead_batches_total', 'Batches whose rows could not be made again; they lie among the rejects.', [
      [status.deadBatches],
    ]),
    gauge('ingest_closed', '1 while nothing can be taken in and senders are told to come again.', [
      [status.closed ? 1 : 0],
    ]),
    gauge(
      'ingest_problems',
      'Problems that keep what was taken in from its way, by code.',
      [...new Set(status.problems.map(({ code }) => code))].map((code) => [
        status.problems.filter((problem) => problem.code === code).length,
        { code },
      ])
    ),
  ];
}

const metric = (type: string, name: string, help: string, values: Values): ReportedMetric =>
  ({
    ...{ name: `apitrail_${name}`, help, type, aggregator: 'sum' },
    values: values.map(([value, labels = {}]) => ({ value, labels })),
  }) as unknown as ReportedMetric;

const counter = (name: string, help: string, values: Values) => metric('counter', name, help, values);
const gauge = (name: string, help: string, values: Values) => metric('gauge', name, help, values);

function histogram(name: string, help: string, { bounds, counts, count, sum }: DurationSummary): ReportedMetric[] {
  const full = `apitrail_${name}`;
  const buckets = bounds.map((bound, index) => ({ le: String(bound), value: counts[index] ?? 0 }));
  return [
    {
      ...{ name: full, help, type: 'histogram', aggregator: 'sum' },
      values: [
        ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
          ...{ metricName: `${full}_bucket`, labels: { le }, value },
        })),
        { metricName: `${full}_sum`, labels: {}, value: sum },
        { metricName: `${full}_count`, labels: {}, value: count },
      ],
    } as unknown as ReportedMetric,
  ];
}
