import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';
import { createLog } from './log';
import {
  ALIVE_INTERVAL_MS,
  REPORT_INTERVAL_MS,
  type FromProcess,
  type ProcessRole,
  type StopReason,
  type ToProcess,
} from './process-messages';
import { ProcessBoard } from './process-board';
import type { ProcessReport } from './process-report';

export interface ServiceContext {
  settings: Settings;
  /** Where to listen; undefined in a process that listens to nobody. */
  listen: ListenAddress | undefined;
  /** What the other processes say of themselves. */
  processes: ProcessBoard;
  /** How often the process was started again since `apitrail serve` began. */
  restarts: number;
  log: Logger;
}

/** What runs in a process. */
export interface Service {
  /** Where it really listens, if it does. */
  listen: ListenAddress | undefined;
  /** How it is, for `/metrics` and the health of the whole. */
  report?(): Promise<ProcessReport>;
  /** Answers what is under way, as far as there is time, and frees everything. */
  stop(why: StopReason): Promise<void>;
}

/**
 * The main of a process that the supervisor starts. It gets its settings over IPC, says when it is ready and, every
 * second, that it is alive; it ends when it is told to, and at once when the supervisor is gone.
 */
export async function runChildProcess(
  role: ProcessRole,
  start: (context: ServiceContext) => Promise<Service>
): Promise<void> {
  if (!process.send) {
    throw new ApitrailError('APITRAIL_USAGE', 'This command is started by `apitrail serve` only.');
  }
  // A plain exit would wait for DuckDB's threads, that is, for the query that runs.
  process.on('disconnect', endAtOnce);
  // Ctrl-C goes to the whole group; the supervisor decides.
  process.on('SIGINT', () => undefined);

  const message = await new Promise<Extract<ToProcess, { type: 'start' }>>((resolve) => {
    process.once('message', (first: ToProcess) => first.type === 'start' && resolve(first));
  });
  const log = createLog(role, message.settings.log_level);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'fault; the process ends and is started again');
    endAtOnce();
  });

  const processes = new ProcessBoard(role, message.settings);
  process.on('message', (next: ToProcess) => next.type === 'process' && processes.put(next.state));
  // Also while it starts: what was taken in and waits may be much.
  setInterval(() => send({ type: 'alive', rss: process.memoryUsage.rss() }), ALIVE_INTERVAL_MS).unref();
  let service: Service;
  try {
    service = await start({ ...message, log, processes });
  } catch (error) {
    log.debug({ err: error }, 'start failed');
    const coded =
      error instanceof ApitrailError ? error : new ApitrailError('APITRAIL_INTERNAL', String(error), { cause: error });
    send(
      { type: 'failed', code: coded.code, message: coded.message, ...(coded.where ? { where: coded.where } : {}) },
      endAtOnce
    );
    return;
  }
  const stop = (why: StopReason) => {
    service.stop(why).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stop failed');
        endAtOnce();
      }
    );
  };
  process.on('message', (next: ToProcess) => next.type === 'stop' && stop(next.why));
  process.once('SIGTERM', () => stop('shutdown'));
  send({ type: 'ready', listen: service.listen });
  reportRegularly(service, log);
}

function reportRegularly(service: Service, log: Logger): void {
  let reporting = false;
  const report = async (): Promise<void> => {
    if (reporting || !service.report) {
      return;
    }
    reporting = true;
    try {
      send({ type: 'report', report: await service.report() });
    } catch (error) {
      log.error({ err: error }, 'what the process says of itself could not be put together');
    } finally {
      reporting = false;
    }
  };
  setInterval(() => void report(), REPORT_INTERVAL_MS).unref();
  void report();
}

function send(message: FromProcess, sent?: () => void): void {
  if (process.connected) {
    process.send!(message, undefined, undefined, () => sent?.());
  }
}

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
