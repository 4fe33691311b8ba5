import { fork, type ChildProcess } from 'node:child_process';

import { ApitrailError, ERROR_CODES, type ErrorCode } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';
import {
  ALIVE_INTERVAL_MS,
  type FromProcess,
  type ProcessRole,
  type StopReason,
  type ToProcess,
} from './process-messages';
import type { ProcessReport, ProcessState } from './process-report';

export interface SupervisedOptions {
  role: ProcessRole;
  /** The script of this program, and what makes it run a process of a role. */
  script: string;
  settings: Settings;
  /** Undefined for one that listens to nobody. */
  listen?: ListenAddress;
  /** Told whenever something about it has changed. */
  onChange?: (state: ProcessState) => void;
  /** Resident memory in bytes at which the process is started again; undefined: none. */
  memoryLimit?: number;
  log: Logger;
}

/** DuckDB runs its statements on libuv's pool: with the default of four, two slow queries hold up every other. */
const THREAD_POOL_SIZE = '16';
/**
 * glibc gives each thread memory of its own to take from, and keeps what was freed there: sorting on one thread of the pool
 * after the other, the process that takes in would hold many times what it uses.
 */
const FEW_ARENAS: Partial<Record<ProcessRole, Record<string, string>>> = { ingest: { MALLOC_ARENA_MAX: '2' } };
/**
 * Helper threads make the collections of the process that takes in no shorter, since it needs the other cores for writing and
 * sorting, and cost a tenth of its CPU time. Bodies and rows live for half a second: until so much garbage lies there as is
 * in use twice, V8 leaves it, or it would look through all of the heap for each 30 MiB that come.
 */
const FLAGS: Partial<Record<ProcessRole, string[]>> = {
  ingest: ['--single-threaded-gc', '--heap-growing-percent=200'],
};
const FIRST_BACK_OFF_MS = 100;
const LAST_BACK_OFF_MS = 10_000;
/** A process that ran this long is healthy again: the next back-off is the first one. */
const HEALTHY_AFTER_MS = 30_000;
/** How long a process may take to end once told to: the one that takes in writes what it has into the lake first. */
const STOP_GRACE_MS: Record<ProcessRole, number> = { query: 5_000, maintenance: 5_000, ingest: 25_000 };
/**
 * How often the first start is tried when the process is killed at it: after some a batch that it dies of is left out.
 * Another failure says why, and is the last.
 */
const FIRST_ATTEMPTS = 5;
/** Messages that may fail to come before a process counts as hung. */
const MISSED_BEFORE_KILL = 30;

/** The process was ended by a signal before it was ready. */
class Killed extends Error {
  constructor(override readonly cause: ApitrailError) {
    super(cause.message);
  }
}

/** One operating-system process of the program, kept running until it is stopped. */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private listen: ListenAddress | undefined;
  private report: ProcessReport | undefined;
  private restarts = -1;
  private backOffMs = FIRST_BACK_OFF_MS;
  private stopping = false;
  private ready = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisedOptions) {
    this.listen = options.listen;
  }

  get role(): ProcessRole {
    return this.options.role;
  }

  /** What is known of it. */
  get state(): ProcessState {
    const state = this.ready ? 'up' : this.child ? 'starting' : 'down';
    return {
      role: this.options.role,
      state,
      restarts: Math.max(0, this.restarts),
      ...(this.report && this.ready ? { report: this.report } : {}),
    };
  }

  /** Tells it of another process. */
  tell(state: ProcessState): void {
    if (this.ready && this.child?.connected) {
      const message: ToProcess = { type: 'process', state };
      this.child.send(message, () => undefined);
    }
  }

  /**
   * Starts it, and gives the address it listens on, if it does. Throws the coded error it failed with; then it is not
   * started again.
   */
  async start(): Promise<ListenAddress | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.listen = await this.spawn();
        return this.listen;
      } catch (error) {
        if (!(error instanceof Killed) || this.stopping || attempt === FIRST_ATTEMPTS) {
          throw error instanceof Killed ? error.cause : error;
        }
        this.options.log.error({ role: this.role, err: error.cause }, 'process did not start; trying again');
      }
    }
  }

  /** Ends it: kindly first, after some seconds by force. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.end('shutdown');
  }

  private spawn(): Promise<ListenAddress | undefined> {
    const { role, script, settings, log } = this.options;
    this.restarts += 1;
    const child = fork(script, ['serve-process', role], {
      // Standard output belongs to the one line that says ready.
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
      execArgv: [...process.execArgv, ...(FLAGS[role] ?? []), ...heapFlags(role, settings)],
      env: { ...FEW_ARENAS[role], ...process.env, UV_THREADPOOL_SIZE: THREAD_POOL_SIZE },
    });
    this.child = child;
    const startedAt = performance.now();
    this.ready = false;
    this.report = undefined;
    this.changed();
    let missed = 0;
    const watch = setInterval(() => {
      missed += 1;
      if (missed > MISSED_BEFORE_KILL) {
        log.error({ role, pid: child.pid }, 'process hangs; it is killed and started again');
        child.kill('SIGKILL');
      }
    }, ALIVE_INTERVAL_MS);

    return new Promise((resolve, reject) => {
      let failure: ApitrailError | undefined;
      child.on('message', (message: FromProcess) => {
        missed = 0;
        switch (message.type) {
          case 'ready':
            this.ready = true;
            log.info({ role, pid: child.pid, listen: message.listen, restarts: this.restarts }, 'process is ready');
            resolve(message.listen);
            this.changed();
            break;
          case 'report':
            this.report = message.report;
            this.changed();
            break;
          case 'failed':
            failure = asError(message);
            break;
          case 'alive':
            this.watchMemory(message.rss, child);
            break;
        }
      });
      child.on('error', (error) => {
        failure ??= new ApitrailError('APITRAIL_INTERNAL', `The ${role} process failed: ${error.message}.`, {
          cause: error,
        });
        if (child.pid === undefined) {
          clearInterval(watch);
          reject(failure);
        }
      });
      child.on('close', (code, signal) => {
        clearInterval(watch);
        const wasReady = this.ready;
        this.child = undefined;
        this.ready = false;
        this.report = undefined;
        this.changed();
        if (!wasReady) {
          const ended = new ApitrailError(
            'APITRAIL_INTERNAL',
            `The ${role} process ended before it was ready (${signal ?? `exit code ${code}`}). The log above has more.`
          );
          reject(failure ?? (signal ? new Killed(ended) : ended));
        } else if (!this.stopping) {
          log.warn({ role, code, signal }, 'process ended; it is started again');
          this.restart(performance.now() - startedAt);
        }
      });
      const start: ToProcess = { type: 'start', settings, listen: this.listen, restarts: this.restarts };
      child.send(start, () => undefined);
    });
  }

  private changed(): void {
    this.options.onChange?.(this.state);
  }

  private restart(ranMs: number): void {
    if (ranMs > HEALTHY_AFTER_MS) {
      this.backOffMs = FIRST_BACK_OFF_MS;
    }
    this.timer = setTimeout(() => {
      const began = performance.now();
      this.spawn().catch((error: unknown) => {
        this.options.log.error({ role: this.options.role, err: error }, 'process did not start; trying again');
        if (!this.stopping) {
          this.restart(performance.now() - began);
        }
      });
    }, this.backOffMs);
    this.backOffMs = Math.min(LAST_BACK_OFF_MS, this.backOffMs * 2);
  }

  private watchMemory(rss: number, child: ChildProcess): void {
    const { memoryLimit, role, log } = this.options;
    if (memoryLimit !== undefined && rss > memoryLimit && this.child === child && !this.stopping) {
      log.error(
        { role, rss, memoryLimit },
        'process takes more memory than limits.process_memory; it is started again'
      );
      void this.end('memory');
    }
  }

  private end(why: StopReason): Promise<void> {
    const child = this.child;
    if (!child) {
      return Promise.resolve();
    }
    const stop: ToProcess = { type: 'stop', why };
    return new Promise((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS[this.options.role]);
      child.once('close', () => {
        clearTimeout(force);
        resolve();
      });
      if (this.ready) {
        child.send(stop, () => undefined);
      } else {
        // It does not listen yet, neither to others nor to us.
        child.kill('SIGKILL');
      }
    });
  }
}

/**
 * How much garbage V8 lets lie depends on how large its heap may become. What may be on its way is a small part of it: the
 * limit is never to be met.
 */
function heapFlags(role: ProcessRole, { ingest }: Settings): string[] {
  const mebibytes = Math.max(768, Math.ceil((6 * ingest.memory) / 2 ** 20));
  return role === 'ingest' ? [`--max-old-space-size=${mebibytes}`] : [];
}

function asError({ code, message, where }: { code: string; message: string; where?: string }): ApitrailError {
  const known = code in ERROR_CODES ? (code as ErrorCode) : 'APITRAIL_INTERNAL';
  return new ApitrailError(known, message, where === undefined ? {} : { where });
}
