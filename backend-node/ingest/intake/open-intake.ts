import { hash } from 'node:crypto';

import { ApitrailError, parseDuration } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { Settings } from '../../config/settings';
import { openDuckDb } from '../../engine/duckdb';
import { makeDirectory } from '../../lake/durable';
import type { HotFile } from '../../lake/hot/hot-files';
import { Lake } from '../../lake/lake';
import { INGEST_APP_ID, ingestStateDirectory, stateDirectory, walDirectory } from '../../lake/layout';
import { ClockGuard } from '../../lake/maintenance/clock-guard';
import { acquireLock } from '../../lake/process-lock';
import { unwritable } from '../../lake/unwritable';
import { openWorkDirectory } from '../../lake/work-directory';
import { Flusher } from '../flush/flusher';
import { AwaitedRows } from '../hot/awaited-rows';
import { HotGuard } from '../hot/hot-guard';
import { HotWriter } from '../hot/hot-writer';
import { RetiredFiles } from '../hot/retired-files';
import { RowPipeline } from '../hot/row-pipeline';
import { LeftOutNotes, LeftOutStore, openNoise, removeUncommittedCounts, writeUncommittedCounts } from '../noise';
import { storageKey } from '../privacy';
import { RejectStore } from '../rejects';
import { CatalogWatch, DocumentCatalog } from '../routes';
import type { RowPolicy } from '../rows/row-preparation';
import { StateFiles } from '../rows/state-files';
import type { BodyMemory } from './body-memory';
import { IngestCounters } from './counters';
import type { Decoder } from './decoder';
import { DurableIntake } from './durable-intake';
import type { Intake } from './intake';
import { KnownKeyFiles } from './known-key-files';
import { KeyHasher, KnownKeys } from './known-keys';
import { MemoryBudget } from './memory-budget';
import { loadState, makePreparation } from './open-preparation';
import { lostRanges, openWal } from './open-wal';
import { recoverBatches } from './recover';
import { ReplayMark } from './replay-mark';
import { watchSetAside } from './set-aside-watch';
import type { IngestStatus } from './status';
import { hotFiles, statusOf } from './status-of';

/** The engine only sorts what is flushed; what does not fit is spilled. */
const ENGINE = { threads: 1, memoryLimit: '192MB' };
/** Hot files of so many bytes are flushed whatever their rows and age. */
const FLUSH_BYTES = 256 * 2 ** 20;
/** Hot files stay this much longer than a query may take, ms. */
const GRACE_MARGIN_MS = 30_000;
/** Names of what was taken in that are remembered; 36 bytes each. */
const MOST_KEYS = 2 ** 21;

export interface OpenIntakeOptions {
  settings: Pick<Settings, 'lake' | 'privacy' | 'sessions' | 'routes' | 'ingest' | 'limits' | 'noise'>;
  log: Pick<Logger, 'info' | 'warn' | 'error' | 'fatal'>;
  /** Which rows are taken in. Default: what the rules of `settings.noise` leave. */
  policy?: RowPolicy;
  /** Default: those of all protocols. */
  decoderNamed?: (name: string) => Decoder | undefined;
  /**
   * The disk could not say that it has what was written, or something happened that must not: the process is to end at
   * once, without an answer to anybody. Default: it kills itself.
   */
  onFatal?: (error: unknown) => void;
  /** Where bodies and rows count, and what is counted, when others count there, too. */
  budget?: MemoryBudget;
  counters?: IngestCounters;
  /** When it is aborted, nothing that fails is tried again any more: opening throws then. */
  signal?: AbortSignal;
}

/** The intake of a lake, ready: everything that was acknowledged before can be queried. */
export interface OpenIntake extends Intake, BodyMemory {
  status(): IngestStatus;
  /** Takes nothing more in, and puts what was taken in into the lake as far as that works at once. The rest is in the write-ahead log. */
  close(): Promise<void>;
}

type Cleanup = () => Promise<unknown>;

/**
 * Opens the intake of a lake, which is made when there is none, for this process alone: whoever else tries gets
 * APITRAIL_LAKE_BUSY. What an earlier process had acknowledged and not put into the lake is taken up first. Throws
 * APITRAIL_LAKE_UNWRITABLE, and APITRAIL_WAL_DAMAGED when the key of the write-ahead log is another.
 */
export async function openIntake(options: OpenIntakeOptions): Promise<OpenIntake> {
  const opened: Cleanup[] = [];
  try {
    return await open(options, (cleanup) => opened.push(cleanup));
  } catch (error) {
    await cleanUp(opened);
    throw unwritable(error, options.settings.lake);
  }
}

async function open(options: OpenIntakeOptions, onClose: (cleanup: Cleanup) => void): Promise<OpenIntake> {
  const { settings, log } = options;
  const { lake: directory, ingest, privacy, limits } = settings;
  const onFatal = options.onFatal ?? ((error: unknown) => endAtOnce(log, error));
  const cleanups: Cleanup[] = [];
  const closing = (cleanup: Cleanup): void => {
    cleanups.push(cleanup);
    onClose(cleanup);
  };

  await makeDirectory(stateDirectory(directory));
  const lock = await acquireLock(stateDirectory(directory), {
    name: 'ingest',
    holder: 'Another process takes in what is sent to this lake',
    advice: 'Stop it, or give this one another lake.',
  }).catch(async (error: unknown) => {
    // Nobody has it, and nobody gets it, as on a disk that is full.
    if (!(error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_BUSY')) {
      await HotWriter.sayIncomplete(directory).catch(() => undefined);
    }
    throw error;
  });
  closing(() => lock.release());
  // Before anything that may fail: whoever asks is told then that rows are awaited.
  const writer = await HotWriter.open(directory);
  const awaiting = new AwaitedRows(writer);
  closing(() => awaiting.stop());
  const work = await openWorkDirectory(directory);
  closing(() => work.close());
  const engine = await openDuckDb({ ...ENGINE, tempDirectory: work.path });
  closing(() => engine.close());
  const lake = await Lake.open(directory, {
    engine,
    create: true,
    onWarning: (err) => log.warn({ err }, 'the log of the lake was not tidied; it is tried again'),
  });

  const committed = (await lake.transactionVersion(INGEST_APP_ID)) ?? 0;
  const counters = options.counters ?? new IngestCounters(log);
  const retired = new RetiredFiles(limits.queryTimeoutMs + GRACE_MARGIN_MS, (err) =>
    log.warn({ err }, 'a hot file whose rows are in the lake could not be removed')
  );
  closing(() => retired.close());
  const hot = await writer.list();
  retired.add(hot.filter(({ to }) => to <= committed).map(({ path }) => path));
  const guard: HotGuard = new HotGuard({
    ...{ writer, engine, log },
    files: (): readonly HotFile[] => hotFiles({ flusher, pipeline }),
    onDamage: onFatal,
  });
  closing(() => guard.close());
  const covered = await guard.sift(hot.filter(({ to }) => to > committed));

  const key = await storageKey(privacy, 'wal', { lake: directory });
  const wal = await openWal(covered, committed, {
    key,
    onFatal,
    log,
    reserveBytes: ingest.disk_reserve,
    backlogBytes: ingest.backlog,
    queueBytes: ingest.memory,
    directory: walDirectory(directory),
  });
  closing(() => wal.close());
  lostRanges(committed, wal.releasedBefore, covered).forEach(({ from, to }) => wal.reportLost(from, to));

  const states = await StateFiles.open(ingestStateDirectory(directory));
  const state = await loadState(states, committed, lake, log);
  const noise = await openNoise(settings.noise, { privacy, lake: directory, journeys: state.journeys });
  const leftOut = await LeftOutStore.open(directory, engine, INGEST_APP_ID);
  const catalog = new CatalogWatch(new DocumentCatalog(stateDirectory(directory)));
  const preparation = await makePreparation({ ...options, policy: options.policy ?? noise, catalog }, state);
  const windowUs = parseDuration(ingest.idempotency_window) * 1000;
  const keys = new KnownKeys(windowUs, MOST_KEYS);
  const keyFiles = await KnownKeyFiles.open(ingestStateDirectory(directory), keys, {
    ...{ committed, windowUs, most: MOST_KEYS },
  });
  const hasher = new KeyHasher(hash('sha256', Buffer.concat([Buffer.from('apitrail idempotency'), key])));
  const clock = new ClockGuard(directory);
  const rejectsKey = await storageKey(privacy, 'rejects', { lake: directory });
  const rejects = await RejectStore.open(directory, {
    key: rejectsKey,
    // The log has let go of what is below: nothing of it comes again.
    committed: Math.max(committed, wal.releasedBefore),
    keepMs: parseDuration(ingest.rejects_keep),
    maxBytes: ingest.rejects_bytes,
    isClockBelieved: async (newest) => (await clock.look(newest).catch(() => clock.peek(newest))).hold === 0,
    onDropped: (dropped) => log.warn(dropped, 'dead letters that nobody has looked at were deleted'),
    onFailure: (err) => log.warn({ err }, 'dead letters were not tidied; it is tried again'),
  });
  closing(() => rejects.close());
  if (ingest.memory < 2 * ingest.request_bytes) {
    const { memory, request_bytes } = ingest;
    log.warn(
      { memory, request_bytes },
      'ingest.memory is less than twice ingest.request_bytes: large bodies are taken in one at a time, and others are told to try again'
    );
  }
  const budget = options.budget ?? new MemoryBudget(ingest.memory);
  const flusher: Flusher = new Flusher({
    ...{ lake, states, keys, keyFiles, preparation, wal, retired, counters },
    leftOut: noise && { policy: noise, store: leftOut },
    flushed: committed,
    onFailure: (files) => guard.onFailure(files),
  });
  const mark = await ReplayMark.open(ingestStateDirectory(directory), committed);
  const forgetMark = (): void =>
    void mark.forget().catch((err: unknown) => log.warn({ err }, 'which batch is read again was not forgotten'));
  const pipeline: RowPipeline = new RowPipeline({
    ...{ preparation, writer, rejects, budget, counters, covered },
    flush: { rows: ingest.flush_rows, ageMs: parseDuration(ingest.flush_age), bytes: FLUSH_BYTES },
    sealed: committed,
    counted: leftOut.counted,
    documents: () => catalog.changed(),
    seal: (rows) => flusher.seal(rows),
    onWaiting: forgetMark,
    onFault: onFatal,
  });
  const giveUp = (): void => {
    forgetMark();
    void pipeline.stop();
  };
  options.signal?.addEventListener('abort', giveUp);
  closing(() => Promise.resolve(options.signal?.removeEventListener('abort', giveUp)));
  await recoverBatches({
    ...{ wal, committed, pipeline, keys, hasher, counters, mark },
    decoderNamed: options.decoderNamed ?? (await import('../protocols/registry')).decoderNamed,
  });
  if (mark.setAside.length > 0) {
    const batches = { lake: directory, key: rejectsKey, seqs: [...mark.setAside] };
    const unwatch = watchSetAside(batches, () => counters.onSetAsideSettled());
    closing(() => Promise.resolve(unwatch()));
  }
  if (counters.recovered.batches > 0) {
    log.info(counters.recovered, 'what was acknowledged before and is not in the lake yet was taken up again');
  }
  await awaiting.arrived();
  await wal.release(committed);
  pipeline.start();
  guard.start();
  const notes =
    noise &&
    new LeftOutNotes({
      changes: () => noise.changes,
      counts: () => flusher.uncommitted(),
      write: (counts) => writeUncommittedCounts(directory, counts),
      onFailure: (err) => log.warn({ err }, 'what rules left out is told with its commit only; it is tried again'),
    });
  await (notes ? notes.start() : removeUncommittedCounts(directory));

  const intake = new DurableIntake({ wal, pipeline, keys, hasher, budget, counters });
  return {
    get durableSeq() {
      return intake.durableSeq;
    },
    admit: (bytes) => intake.admit(bytes),
    hold: () => intake.hold(),
    submit: (batch, decoded) => intake.submit(batch, decoded),
    status: () => statusOf({ budget, counters, open: { wal, pipeline, flusher, keys, noise, guard, rejects } }),
    close: async () => {
      await intake.stop();
      await pipeline.stop();
      await flusher.stop();
      await notes?.close();
      await cleanUp(cleanups);
    },
  };
}

/** Undoes in reverse what was opened. */
async function cleanUp(cleanups: Cleanup[]): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
}

/** Nobody gets an answer any more: what was promised is known to the next process alone, which reads what is on the disk. */
function endAtOnce(log: OpenIntakeOptions['log'], error: unknown): void {
  const code = error instanceof ApitrailError ? error.code : undefined;
  if (code === 'APITRAIL_HOT_DAMAGED') {
    log.fatal({ err: error, code }, 'the process ends and begins again from the write-ahead log');
    process.kill(process.pid, 'SIGKILL');
    return;
  }
  log.fatal({ err: error, code }, 'what was taken in may not be on the disk; the process ends and is started again');
  process.kill(process.pid, 'SIGKILL');
}
