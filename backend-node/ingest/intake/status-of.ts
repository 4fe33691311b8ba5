import { ApitrailError } from '@apitrail/contract';

import type { HotFile } from '../../lake/hot/hot-files';
import type { Flusher } from '../flush/flusher';
import type { HotGuard } from '../hot/hot-guard';
import type { RowPipeline } from '../hot/row-pipeline';
import type { NoisePolicy } from '../noise';
import type { RejectStore } from '../rejects';
import type { Wal } from '../wal';
import type { IngestCounters } from './counters';
import type { KnownKeys } from './known-keys';
import type { MemoryBudget } from './memory-budget';
import type { IngestProblem, IngestStatus } from './status';

/** What `IngestStatus` is read from. */
export interface StatusSources {
  budget: MemoryBudget;
  counters: IngestCounters;
  /** Why nothing is taken in while the lake is not open; undefined while it would be opened for whoever sends. */
  closed?: { code: string; message: string } | undefined;
  /** Undefined while the lake is not open. */
  open?: {
    wal: Wal;
    pipeline: RowPipeline;
    flusher: Flusher;
    keys: KnownKeys;
    noise: NoisePolicy | undefined;
    rejects: RejectStore;
    guard: Pick<HotGuard, 'problems'>;
  };
}

/** How ingest stands now. */
export function statusOf({ budget, counters, open, closed }: StatusSources): IngestStatus {
  const decoders = [...counters.decoders];
  const total = (of: 'batches' | 'rows' | 'bytes'): number => decoders.reduce((sum, [, each]) => sum + each[of], 0);
  const hot = open ? hotFiles(open) : [];
  const refused = refusal(open?.wal);
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
    unusable: [...counters.unusable].map(([column, count]) => ({ column, count })),
    repeated: { ...counters.repeated },
    idempotency: { entries: open?.keys.size ?? 0, evicted: open?.keys.evicted ?? 0 },
    refused: { ...counters.refused },
    leftOut: open?.noise?.leftOut() ?? [],
    countedByStatus: open?.noise?.countedByStatus() ?? [],
    acknowledgement: counters.acknowledgement.summary(),
    freshness: counters.freshness.summary(),
    flushing: counters.flushing.summary(),
    wal: open ? walStatus(open) : NO_WAL,
    hot: {
      files: hot.length,
      rows: hot.reduce((sum, { rows }) => sum + rows, 0),
      bytes: hot.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
      waitingRows: open?.pipeline.waitingRows ?? 0,
    },
    flush: { ...counters.flush },
    memory: { bytes: budget.bytes, limit: budget.limit, rss: process.memoryUsage.rss() },
    recovered: { ...counters.recovered },
    rejects: rejectsStatus(open?.rejects),
    deadBatches: counters.deadBatches,
    problems: [
      ...counters.problems,
      ...(open?.wal.problems ?? []).map(damage),
      ...(open?.guard.problems ?? []),
      ...(refused ? [{ ...refused, since: Date.now() }] : []),
    ],
    closed: closed ?? refused ?? null,
  };
}

/** Hot files that are in no commit. */
export function hotFiles({ flusher, pipeline }: { flusher: Flusher; pipeline: RowPipeline }): HotFile[] {
  const sealed = flusher.waiting.filter(({ to }) => to > flusher.flushed);
  return [...sealed.flatMap(({ files }) => files), ...pipeline.files];
}

function rejectsStatus(rejects: RejectStore | undefined): IngestStatus['rejects'] {
  const { files = 0, letters = 0, bytes = 0, oldest, droppedByAge = 0, droppedBySize = 0 } = rejects?.latest ?? {};
  return { files, letters, bytes, oldestAt: oldest === undefined ? null : oldest / 1000, droppedByAge, droppedBySize };
}

const NO_WAL = { bytes: 0, pendingBytes: 0, segments: 0, durableSeq: 0, flushedSeq: 0, lagSeconds: 0 };

function walStatus({ wal, flusher }: NonNullable<StatusSources['open']>): IngestStatus['wal'] {
  const { bytes, pendingBytes, segments, durableSeq } = wal;
  return {
    ...{ bytes, pendingBytes, segments, durableSeq },
    flushedSeq: flusher.flushed,
    lagSeconds: wal.ageAbove(flusher.flushed) ?? 0,
  };
}

/** Why nothing would be taken in now, if so. */
function refusal(wal: Wal | undefined): { code: string; message: string } | undefined {
  try {
    wal?.admit(0);
    return undefined;
  } catch (error) {
    return error instanceof ApitrailError ? { code: error.code, message: error.message } : undefined;
  }
}

function damage({ message }: { message: string }): IngestProblem {
  return { code: 'APITRAIL_WAL_DAMAGED', message, since: Date.now() };
}
