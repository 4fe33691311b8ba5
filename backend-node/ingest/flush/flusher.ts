import { ApitrailError } from '@apitrail/contract';

import { freeBytes } from '../../lake/full-disk';
import type { HotFile } from '../../lake/hot/hot-files';
import type { Lake } from '../../lake/lake';
import { INGEST_APP_ID } from '../../lake/layout';
import { unwritable } from '../../lake/unwritable';
import type { LeftOutCount, LeftOutStore, NoisePolicy, UncommittedCounts } from '../noise';
import type { RetiredFiles } from '../hot/retired-files';
import { Retries } from '../hot/retries';
import type { SealedRows } from '../hot/row-pipeline';
import type { IngestCounters } from '../intake/counters';
import type { KnownKeyFiles } from '../intake/known-key-files';
import type { KnownKeys } from '../intake/known-keys';
import { Breath } from '../rows/breathe';
import type { RowPreparation } from '../rows/row-preparation';
import type { StateFiles } from '../rows/state-files';
import type { Wal } from '../wal/wal';
import { serialiseIngestState } from './ingest-state';

export interface FlusherOptions {
  lake: Lake;
  states: StateFiles;
  keys: KnownKeys;
  keyFiles: KnownKeyFiles;
  preparation: RowPreparation;
  wal: Pick<Wal, 'release'>;
  retired: RetiredFiles;
  counters: IngestCounters;
  /** What rules left out, which is written down before the commit it goes with. */
  leftOut?:
    { policy: Pick<NoisePolicy, 'drain' | 'pending'>; store: Pick<LeftOutStore, 'commit' | 'counted'> } | undefined;
  /** Told of hot files that did not get into the lake, whatever the reason. */
  onFailure(files: readonly HotFile[]): Promise<void>;
  /** Last batch that is in the lake. */
  flushed: number;
}

/** What goes into the lake with one commit, and what was left out of it. */
interface SealedCommit extends SealedRows {
  leftOut: readonly LeftOutCount[];
  /** The last batch of the commit before. */
  after: number;
}

/**
 * Puts sealed rows into the lake, one commit after the other: hot files as they are become sorted data files. The commit
 * carries the number of the last batch in it; the state as of that batch was written before. After it the write-ahead log
 * lets go, and hot files go when no query can be reading them any more. What fails is tried again until it works: rows stay
 * where they are meanwhile, and can be queried.
 */
export class Flusher {
  /** Last batch that is in the lake. */
  flushed: number;
  private readonly queue: SealedCommit[] = [];
  private readonly retries: Retries;
  private running: Promise<void> | undefined;
  private stopping = false;
  /** Last batch that is in the lake or in line, or was counted before. */
  private sealed: number;

  constructor(private readonly options: FlusherOptions) {
    this.flushed = options.flushed;
    this.sealed = Math.max(options.flushed, options.leftOut?.store.counted ?? 0);
    this.retries = new Retries({
      onFailure: (place, error) => options.counters.failing(place, error),
      freeBytes: () => freeBytes(options.lake.directory),
    });
  }

  /** What waits for its commit, the one that is under way included. */
  get waiting(): readonly SealedRows[] {
    return this.queue;
  }

  /** What rules left out that may be in no commit yet. */
  uncommitted(): UncommittedCounts[] {
    const { queue, sealed, options } = this;
    const waiting = queue.map(({ after, leftOut }) => ({ after, counts: leftOut }));
    return [...waiting, { after: sealed, counts: options.leftOut?.policy.pending() ?? [] }].filter(
      ({ counts }) => counts.length > 0
    );
  }

  /** Keeps the state as of a batch, durably, and lines its rows up for their commit. Throws when the state cannot be kept. */
  async seal(rows: SealedRows): Promise<void> {
    const { keyFiles, keys, states, preparation } = this.options;
    await keyFiles.save(keys, rows.to);
    await states.save(rows.to, await serialiseIngestState(preparation.state()));
    this.queue.push({ ...rows, after: this.sealed, leftOut: this.options.leftOut?.policy.drain() ?? [] });
    this.sealed = Math.max(this.sealed, rows.to);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Commits what is in line. What does not work at once is left to the next process, which has it in the write-ahead log. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.retries.giveUp();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const rows = this.queue[0]!;
      try {
        await this.retries.until('flush', () => this.commit(rows));
        await this.retries.until('release', () => this.letGo(rows));
      } catch (error) {
        if (this.stopping) {
          return;
        }
        throw error;
      }
      this.queue.shift();
    }
  }

  private async commit({ to, files, leftOut }: SealedCommit): Promise<void> {
    const { lake, counters } = this.options;
    const began = performance.now();
    try {
      await this.options.leftOut?.store.commit(leftOut, to);
      const breath = new Breath();
      const added = await lake.append(
        { parquet: files },
        {
          txn: { appId: INGEST_APP_ID, version: to },
          pause: async () => {
            if (breath.due) {
              await breath.take();
            }
          },
        }
      );
      counters.flush.rows += added.rows;
    } catch (error) {
      counters.flush.failures++;
      const known = coded(error, lake.directory);
      if (!isOfTheLake(known)) {
        await this.options.onFailure(files);
      }
      throw known;
    }
    counters.flushing.add((performance.now() - began) / 1000);
    counters.flush.commits++;
    counters.flush.lastAt = Date.now();
    this.flushed = to;
  }

  private async letGo({ to, files }: SealedRows): Promise<void> {
    const { wal, states, retired } = this.options;
    // Not all but those in line: the next one may be being written, and is in no line yet.
    await states.removeOlder(to);
    await wal.release(to);
    retired.add(files.map(({ path }) => path));
  }
}

/** What has nothing to do with the hot files. */
const OF_THE_LAKE = new Set<string>([
  'APITRAIL_LAKE_UNWRITABLE',
  'APITRAIL_LAKE_BUSY',
  'APITRAIL_LAKE_CONFLICT',
  'APITRAIL_DISK_FULL',
]);

const isOfTheLake = (error: unknown): boolean => error instanceof ApitrailError && OF_THE_LAKE.has(error.code);

function coded(error: unknown, lake: string): unknown {
  const known = unwritable(error, lake);
  return known instanceof ApitrailError
    ? new ApitrailError(
        known.code,
        `What was taken in cannot be written into the lake in ${lake}, and waits in the write-ahead log: ${known.message}`,
        { where: lake, cause: error }
      )
    : error;
}
