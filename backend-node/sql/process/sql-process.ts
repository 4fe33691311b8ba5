import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

import { ApitrailError } from '@apitrail/contract';

import { ANSWER_FD, type ChildAsk, type ChildOptions, type ToChild } from '../child/protocol';
import type { UserSqlResult } from '../user-sql';
import { AnswerReader } from './answer-reader';
import { exitError, startError, timeoutError } from './exit-error';
import { commandWithin, type Isolation } from './isolation';
import { folderBytes } from './folder-bytes';

export interface SqlProcessOptions {
  /** The script that the process runs. */
  script: string;
  /** An empty folder of its own, which it works in. */
  folder: string;
  isolation: Isolation;
  child: ChildOptions;
  /** How long it may take to start, milliseconds; 20 seconds without. */
  startMs?: number;
}

export interface AskOptions {
  timeoutMs: number;
  /** What is thrown when the time is over; that of `sql.timeout` without. */
  late?: () => ApitrailError;
  /** Most bytes the process may answer with. */
  resultBytes: number;
  signal?: AbortSignal | undefined;
}

/** The limits of this system cannot be set, or do not hold. */
export class UnsafeSystem extends ApitrailError {
  constructor(reason: string) {
    super('APITRAIL_SQL_OFF', `SQL is off here, because ${reason}: a query could take all of the machine.`);
  }
}

const START_MS = 20_000;
const WATCH_MS = 250;
const STDERR_CHARACTERS = 4_096;
/** Memory of JavaScript in the process, MiB: what it converts goes out in small parts. */
const HEAP_MIB = 192;

/** One process that answers one question and ends. */
export class SqlProcess {
  private stderr = '';
  private readonly ended: Promise<void>;
  private over = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: SqlProcessOptions
  ) {
    // Who waits is told by a listener of their own; nobody may be waiting when it cannot even be killed.
    child.on('error', () => undefined);
    child.stdin!.on('error', () => undefined);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.ended = new Promise((resolve) => {
      child.once('close', () => {
        this.over = true;
        resolve();
      });
    });
  }

  /** Starts a process; resolves when it can be asked. Throws UnsafeSystem where its limits do not hold. */
  static async start(options: SqlProcessOptions, signal?: AbortSignal): Promise<SqlProcess> {
    const { file, args } = commandWithin(options.child.limits, options.isolation, [
      process.execPath,
      `--max-old-space-size=${HEAP_MIB}`,
      '--disallow-code-generation-from-strings',
      options.script,
    ]);
    const child = spawn(file, args, { cwd: options.folder, env: {}, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
    const sqlProcess = new SqlProcess(child, options);
    sqlProcess.say({ type: 'start', options: options.child });
    const reader = new AnswerReader(0);
    const progress = await sqlProcess.listen(reader, ['ready', 'unsafe'], {
      timeoutMs: options.startMs ?? START_MS,
      late: () => startError(options.startMs ?? START_MS),
      resultBytes: 65_536,
      signal,
    });
    if (progress === 'unsafe') {
      sqlProcess.kill();
      throw new UnsafeSystem(reader.reason);
    }
    return sqlProcess;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return !this.over;
  }

  /** What it wrote to standard error, the end of it. */
  get complaint(): string {
    return this.stderr;
  }

  /** Asks the one question. Whatever becomes of it, the process is ended. Throws an ApitrailError. */
  async ask(ask: ChildAsk, options: AskOptions): Promise<UserSqlResult> {
    const reader = new AnswerReader(ask.limit);
    this.say({ type: 'ask', ask });
    try {
      await this.listen(reader, ['done'], options);
      return reader.result;
    } finally {
      this.kill();
    }
  }

  /** Ends it at once. */
  kill(): void {
    if (!this.over) {
      this.child.kill('SIGKILL');
    }
  }

  /** Resolves when it is gone. */
  gone(): Promise<void> {
    return this.ended;
  }

  private say(message: ToChild): void {
    this.child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  /** Reads messages until one of those comes, within limits of time, bytes and disk. */
  private listen(reader: AnswerReader, until: readonly string[], options: AskOptions): Promise<string> {
    const pipe = this.child.stdio[ANSWER_FD] as Readable;
    return new Promise((resolve, reject) => {
      let bytes = 0;
      const parts: Buffer[] = [];
      const finish = (settle: () => void) => {
        clearTimeout(deadline);
        clearInterval(watch);
        options.signal?.removeEventListener('abort', onAbort);
        pipe.off('data', onData);
        pipe.pause();
        this.child.off('close', onClose).off('error', onError);
        settle();
      };
      const fail = (error: unknown) => {
        this.kill();
        finish(() => reject(error as Error));
      };
      const onAbort = () => fail(options.signal!.reason);
      const onError = (error: Error) =>
        fail(
          new ApitrailError('APITRAIL_SQL_FAILED', `The process for SQL cannot be started: ${error.message}.`, {
            cause: error,
          })
        );
      const onClose = (code: number | null, signal: NodeJS.Signals | null) =>
        finish(() => reject(exitError({ code, signal, stderr: this.stderr })));
      const onLine = (line: Buffer) => {
        try {
          const progress = reader.take(line.toString('utf8'));
          if (until.includes(progress)) {
            finish(() => resolve(progress));
          }
        } catch (error) {
          fail(error);
        }
      };
      const onData = (data: Buffer) => {
        bytes += data.length;
        if (bytes > options.resultBytes) {
          fail(tooLarge(options.resultBytes));
          return;
        }
        let start = 0;
        for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
          parts.push(data.subarray(start, end));
          onLine(Buffer.concat(parts.splice(0)));
          start = end + 1;
        }
        if (start < data.length) {
          parts.push(data.subarray(start));
        }
      };
      const deadline = setTimeout(
        () => fail(options.late?.() ?? timeoutError(options.timeoutMs / 1000)),
        options.timeoutMs
      );
      const watch = setInterval(() => void this.watchDisk(fail), WATCH_MS);
      if (options.signal?.aborted) {
        onAbort();
        return;
      }
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.child.once('close', onClose).once('error', onError);
      pipe.on('data', onData).on('error', () => undefined);
      pipe.resume();
      if (this.over) {
        onClose(this.child.exitCode, this.child.signalCode);
      }
    });
  }

  /** No file may be larger than the limit; that all of them together are not, is watched here. */
  private async watchDisk(fail: (error: unknown) => void): Promise<void> {
    const { spillDirectory, limits } = this.options.child;
    if (spillDirectory !== undefined && (await folderBytes(spillDirectory)) > limits.fileBytes * 1.1) {
      fail(
        new ApitrailError(
          'APITRAIL_SQL_DISK',
          'The SQL needs more room on the disk than its process may have (sql.disk). Ask for a shorter range or fewer groups.'
        )
      );
    }
  }
}

function tooLarge(bytes: number): ApitrailError {
  return new ApitrailError(
    'APITRAIL_RESULT_TOO_LARGE',
    `The answer would have more than ${bytes} bytes (sql.result_bytes). Select fewer columns or rows, or lower the limit.`,
    { where: 'sql' }
  );
}
