import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import { isNoRoom } from '../wal/segment-file';
import type { Batch } from './batch';
import { rowsOf, type Decoded } from './decoder';
import { Durations } from './durations';
import type { Overload } from './overload';
import type { IngestProblem, RefusalCode } from './status';

/** Kinds of reasons that are told apart, for each decoder; what a sender makes up must not become metrics without end. */
const MOST_REASONS = 40;
const LONGEST_REASON = 80;

interface DecoderCounts {
  batches: number;
  rows: number;
  bytes: number;
  ignored: number;
  rejected: Map<string, number>;
}

/** What the parts of ingest count, for `IngestStatus`. */
export class IngestCounters {
  readonly decoders = new Map<string, DecoderCounts>();
  readonly repeated = { batches: 0, records: 0 };
  readonly refused: Record<RefusalCode, number> = {
    APITRAIL_INGEST_BUSY: 0,
    APITRAIL_DISK_FULL: 0,
    APITRAIL_STOPPING: 0,
  };
  readonly acknowledgement = new Durations();
  readonly freshness = new Durations();
  readonly flushing = new Durations();
  readonly flush = { commits: 0, rows: 0, failures: 0, lastAt: null as number | null };
  readonly recovered = { batches: 0, rows: 0, seconds: 0 };
  deadBatches = 0;
  /** Values that could not be used and became null, by column. */
  readonly unusable = new Map<string, number>();
  private readonly trouble = new Map<string, IngestProblem>();

  /** Something that was acknowledged. */
  onTaken({ decoder, body }: Batch, decoded: Decoded, known: number): void {
    const { records, rejects, ignored = 0 } = decoded;
    const counts = this.of(decoder);
    counts.batches++;
    counts.rows += rowsOf(decoded) - known;
    counts.bytes += body.length;
    counts.ignored += ignored;
    this.repeated.records += known;
    // Rows that were read the short way have none.
    for (const { unusable } of records) {
      unusable?.forEach((column) => this.unusable.set(column, (this.unusable.get(column) ?? 0) + 1));
    }
    for (const { reason } of rejects) {
      const kind = kindOf(reason);
      const key = counts.rejected.has(kind) || counts.rejected.size < MOST_REASONS ? kind : 'other';
      counts.rejected.set(key, (counts.rejected.get(key) ?? 0) + 1);
    }
  }

  constructor(private readonly log: Pick<Logger, 'warn' | 'error' | 'info'>) {}

  /** Something fails, until the same place is told to be mended with undefined. */
  failing(place: string, error: unknown): void {
    const before = this.trouble.get(place);
    if (error === undefined) {
      this.trouble.delete(place);
      if (before) {
        this.log.info({ place }, 'what failed works again');
      }
      return;
    }
    const { code, message } = problemOf(error);
    this.trouble.set(place, { code, message, since: before?.since ?? Date.now() });
    this.log.warn({ place, err: error }, 'what was taken in is kept in the write-ahead log; it is tried again');
  }

  /** Somebody was told to come again. */
  onRefused({ code }: Overload): void {
    this.refused[code as RefusalCode]++;
  }

  /** Of a batch that was acknowledged no rows can be made; it is kept whole. */
  onDead(seq: number, decoder: string, error: unknown): void {
    this.deadBatches++;
    this.log.error(
      { seq, decoder, err: error },
      'no rows can be made of a batch that was acknowledged; it is kept whole, see apitrail rejects'
    );
  }

  /** Batches at which the process ended again and again are kept whole, and not read again. */
  onSetAside(seqs: readonly number[]): void {
    const count = seqs.length === 1 ? 'A batch' : `${seqs.length} batches`;
    const message = `${count} that was acknowledged ended the process twice when it was read again from the write-ahead log (number ${seqs.join(', ')}). It is kept whole among the rejects and cannot be queried: see apitrail rejects list.`;
    this.trouble.set('set aside', { code: 'APITRAIL_BATCH_SET_ASIDE', message, since: Date.now() });
    this.log.error({ seqs: [...seqs], code: 'APITRAIL_BATCH_SET_ASIDE' }, message);
  }

  /** None of these batches lies among the rejects any more: they were replayed, or are not wanted. */
  onSetAsideSettled(): void {
    this.trouble.delete('set aside');
    this.log.info({}, 'batches that were set aside lie among the rejects no more');
  }

  get problems(): IngestProblem[] {
    return [...this.trouble.values()];
  }

  private of(decoder: string): DecoderCounts {
    let counts = this.decoders.get(decoder);
    if (!counts) {
      counts = { batches: 0, rows: 0, bytes: 0, ignored: 0, rejected: new Map() };
      this.decoders.set(decoder, counts);
    }
    return counts;
  }
}

/** A reason without its numbers, so that reasons can be counted. */
function kindOf(reason: string): string {
  return reason.replace(/\d+/g, 'N').slice(0, LONGEST_REASON);
}

/** What the system says of a full disk, in words for whoever has to make room. */
function problemOf(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (isNoRoom(error)) {
    return {
      code: 'APITRAIL_DISK_FULL',
      message: `There is no room on the disk of the lake (${message}). Make room: what was acknowledged waits in the write-ahead log.`,
    };
  }
  return { code: error instanceof ApitrailError ? error.code : 'APITRAIL_INTERNAL', message };
}
