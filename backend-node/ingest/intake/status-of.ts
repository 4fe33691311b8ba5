import type { Flusher } from '../flush/flusher';
import type { RowPipeline } from '../hot/row-pipeline';
import type { Wal } from '../wal';
import type { IngestCounters } from './counters';
import type { KnownKeys } from './known-keys';
import type { MemoryBudget } from './memory-budget';
import type { IngestProblem, IngestStatus } from './status';

/** What `IngestStatus` is read from. */
export interface StatusSources {
  wal: Wal;
  pipeline: RowPipeline;
  flusher: Flusher;
  keys: KnownKeys;
  budget: MemoryBudget;
  counters: IngestCounters;
}

/** How ingest stands now. */
export function statusOf({ wal, pipeline, flusher, keys, budget, counters }: StatusSources): IngestStatus {
  const decoders = [...counters.decoders];
  const total = (of: 'batches' | 'rows' | 'bytes'): number => decoders.reduce((sum, [, each]) => sum + each[of], 0);
  const hot = [...flusher.waiting.flatMap(({ files }) => files), ...pipeline.files];
  const oldest = wal.durableSeq > flusher.flushed ? wal.oldestAt : undefined;
  return {
    ...{ batches: total('batches'), rows: total('rows'), bytes: total('bytes') },
    decoders: decoders.map(([decoder, { batches, rows, bytes, ignored }]) => ({
      decoder,
      batches,
      rows,
      bytes,
      ignored,
    })),
    rejected: decoders.flatMap(([decoder, { rejected }]) =>
      [...rejected].map(([reason, count]) => ({ decoder, reason, count }))
    ),
    repeated: { ...counters.repeated },
    idempotency: { entries: keys.size, evicted: keys.evicted },
    refused: { ...counters.refused },
    leftOut: [],
    acknowledgement: counters.acknowledgement.summary(),
    freshness: counters.freshness.summary(),
    flushing: counters.flushing.summary(),
    wal: {
      bytes: wal.bytes,
      pendingBytes: wal.pendingBytes,
      segments: wal.segments,
      durableSeq: wal.durableSeq,
      flushedSeq: flusher.flushed,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
    },
    hot: {
      files: hot.length,
      rows: hot.reduce((sum, { rows }) => sum + rows, 0),
      bytes: hot.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
      waitingRows: pipeline.waitingRows,
    },
    flush: { ...counters.flush },
    memory: { bytes: budget.bytes, limit: budget.limit, rss: process.memoryUsage.rss() },
    recovered: { ...counters.recovered },
    deadBatches: counters.deadBatches,
    problems: [...counters.problems, ...wal.problems.map(damage)],
  };
}

function damage({ message }: { message: string }): IngestProblem {
  return { code: 'APITRAIL_WAL_DAMAGED', message, since: Date.now() };
}
