import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError, parseDuration, PARTITION_COLUMN, RECORD_COLUMNS } from '@apitrail/contract';

import { escapeGlob } from '../../lake/sql-literals';
import { MissingFileError } from '../../engine/duckdb-errors';
import { MISSING_FILE } from '../child/engine-error';
import type { ChildAsk, ChildOptions } from '../child/protocol';
import { inlineParameters } from '../inline-parameters';
import type { UserSql, UserSqlResult } from '../user-sql';
import { findIsolation, type Isolation } from './isolation';
import type { SqlConfig } from './settings';
import { SqlProcess, UnsafeSystem } from './sql-process';

export interface SandboxOptions {
  config: SqlConfig;
  /** Threads where the configuration names none. */
  threads: number;
  /** Script of the child. */
  script: string;
  /** Folder in which each process gets one of its own. */
  folder: string;
  /** Told of what a person who runs the companion wants to know. */
  onEvent?: (event: SandboxEvent) => void;
}

export type SandboxEvent =
  | { type: 'isolation'; isolation: Isolation }
  | { type: 'unsafe'; reason: string }
  | { type: 'ended'; pid: number | undefined; error: ApitrailError; stderr: string };

interface Slot {
  process: SqlProcess;
  folder: string;
}

/** Columns of every table. */
const COLUMNS = [...RECORD_COLUMNS, PARTITION_COLUMN].map(({ name }) => name);

const MIB = 2 ** 20;
/** Memory of a process before the engine has read anything, and room for what the engine does not count. */
const RUNTIME_MEMORY = 256 * MIB;
const ENGINE_SHARE = 0.7;
/** Each thread has a stack and buffers of its own. */
const MEMORY_PER_THREAD = 256 * MIB;
const OPEN_FILES = 1024;
/** What was wrong with the system may be mended meanwhile: a disk that was full, an engine that had no memory to start. */
const LOOK_AGAIN_MS = 60_000;
/** Ready processes are ended when nobody has asked for so long. */
const IDLE_MS = 5 * 60_000;
/** Processes that wait ready: each takes about 100 MB. */
const MOST_READY = 2;

/**
 * Runs SQL that persons wrote, each in a process of its own that is killed afterwards. One process, or two where two may
 * run at once, wait ready once somebody has asked, so that the next answers do not wait for their start.
 */
export class SqlSandbox {
  /** Processes that wait for a question, or are starting: the one that starts is the last. */
  private readonly ready: Array<Promise<Slot>> = [];
  private warming = false;
  private readonly folders = new Set<string>();
  private readonly processes = new Set<SqlProcess>();
  private isolation: Promise<Isolation> | undefined;
  private unsafe: { error: UnsafeSystem; at: number } | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly ending = new AbortController();

  constructor(private readonly options: SandboxOptions) {}

  /** Throws APITRAIL_SQL_OFF where SQL is switched off or cannot be bounded. */
  assertOn(): void {
    if (!this.options.config.enabled) {
      throw new ApitrailError(
        'APITRAIL_SQL_OFF',
        'SQL is switched off here: sql.enabled in the configuration of the companion is false.',
        { where: 'sql.enabled' }
      );
    }
    if (process.platform !== 'linux') {
      throw new UnsafeSystem(`${process.platform} does not hold a process to its limits`);
    }
    if (this.unsafe && performance.now() - this.unsafe.at < LOOK_AGAIN_MS) {
      throw this.unsafe.error;
    }
  }

  /** Makes processes ready, one after the other, until there are as many as are kept. */
  warmUp(): void {
    const most = Math.min(MOST_READY, this.options.config.slots);
    if (this.ending.signal.aborted || this.warming || this.ready.length >= most) {
      return;
    }
    this.warming = true;
    const starting = this.start();
    this.ready.push(starting);
    starting.then(
      () => {
        this.warming = false;
        this.warmUp();
      },
      () => {
        this.warming = false;
        const place = this.ready.indexOf(starting);
        if (place >= 0) {
          this.ready.splice(place, 1);
        }
      }
    );
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.coolDown(), IDLE_MS);
    this.idle.unref();
  }

  /** Runs SQL; rows beyond the configuration's are cut off like those beyond the query's limit. Throws an ApitrailError. */
  async run(query: UserSql, signal?: AbortSignal): Promise<UserSqlResult> {
    this.assertOn();
    const ask = this.askOf(query);
    const { process: child, folder } = await this.take();
    const { timeout, result_bytes: resultBytes } = this.options.config;
    try {
      return await child.ask(ask, { timeoutMs: parseDuration(timeout), resultBytes, signal });
    } catch (error) {
      throw this.judged(error, child);
    } finally {
      void child.gone().then(() => this.discard(child, folder));
    }
  }

  /** Ends every process. */
  async close(): Promise<void> {
    this.ending.abort(new ApitrailError('APITRAIL_QUERY_CANCELLED', 'The companion is stopping.'));
    clearTimeout(this.idle);
    await Promise.allSettled(this.ready);
    const processes = [...this.processes];
    processes.forEach((child) => child.kill());
    await Promise.all(processes.map((child) => child.gone()));
    await Promise.all([...this.folders].map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private askOf({ text, macros, tables, limit }: UserSql): ChildAsk {
    const paths = tables.flatMap((table) => table.paths);
    return {
      text,
      macros,
      // A path with characters of patterns is asked for as it is and escaped.
      paths: [...new Set(paths.flatMap((path) => [path, escapeGlob(path)]))],
      tables: tables.map(({ name, rows }) => ({ name, columns: COLUMNS, rows: inlineParameters(rows) })),
      limit: Math.min(limit, this.options.config.rows),
    };
  }

  private async take(): Promise<Slot> {
    const usable = (await this.takeReady()) ?? (await this.start());
    this.warmUp();
    return usable;
  }

  private async takeReady(): Promise<Slot | undefined> {
    for (let waiting = this.ready.shift(); waiting; waiting = this.ready.shift()) {
      const slot = await waiting.catch(() => undefined);
      if (slot?.process.alive) {
        return slot;
      }
      if (slot) {
        await this.discard(slot.process, slot.folder);
      }
    }
    return undefined;
  }

  private async start(): Promise<Slot> {
    this.isolation ??= findIsolation().then((isolation) => {
      this.options.onEvent?.({ type: 'isolation', isolation });
      return isolation;
    });
    const isolation = await this.isolation;
    const folder = await mkdtemp(join(this.options.folder, 'sql-'));
    this.folders.add(folder);
    const spill = join(folder, 'spill');
    const work = join(folder, 'work');
    await Promise.all([mkdir(spill), mkdir(work)]);
    try {
      const child = await SqlProcess.start(
        {
          script: this.options.script,
          folder: work,
          isolation,
          child: this.childOptions(spill),
        },
        this.ending.signal
      );
      this.processes.add(child);
      return { process: child, folder };
    } catch (error) {
      await this.removeFolder(folder);
      if (error instanceof UnsafeSystem) {
        this.unsafe = { error, at: performance.now() };
        this.options.onEvent?.({ type: 'unsafe', reason: error.message });
      }
      throw error;
    }
  }

  private childOptions(spillDirectory: string): ChildOptions {
    const { memory, disk, timeout } = this.options.config;
    const threads =
      this.options.config.threads ??
      Math.max(1, Math.min(this.options.threads, Math.floor(memory / MEMORY_PER_THREAD)));
    return {
      limits: {
        dataBytes: memory,
        cpuSeconds: Math.ceil((parseDuration(timeout) / 1000) * threads) + 5,
        fileBytes: disk,
        openFiles: OPEN_FILES,
      },
      memoryBytes: Math.floor((memory - RUNTIME_MEMORY) * ENGINE_SHARE),
      threads,
      spillDirectory,
      spillBytes: disk,
    };
  }

  private judged(error: unknown, child: SqlProcess): unknown {
    if (error instanceof ApitrailError) {
      if (error.code === 'APITRAIL_SQL_FAILED') {
        this.options.onEvent?.({ type: 'ended', pid: child.pid, error, stderr: child.complaint });
      }
      if (error.code === 'APITRAIL_LAKE_UNREADABLE' && error.message === MISSING_FILE) {
        return new MissingFileError(error.message, error);
      }
    }
    return error;
  }

  private async coolDown(): Promise<void> {
    for (const waiting of this.ready.splice(0)) {
      const slot = await waiting.catch(() => undefined);
      if (slot) {
        slot.process.kill();
        await slot.process.gone();
        await this.discard(slot.process, slot.folder);
      }
    }
  }

  private async discard(child: SqlProcess, folder: string): Promise<void> {
    this.processes.delete(child);
    await this.removeFolder(folder);
  }

  private async removeFolder(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    this.folders.delete(folder);
  }
}
