import { buildSync } from 'esbuild';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const BUNDLE = join(ROOT, '.data', 'tests', `append-child-${process.pid}.mjs`);

export interface ChildTask {
  lake: string;
  /** Name of the writer: its rows and its transactions carry it. */
  writer: string;
  rowsPerBatch: number;
  /** The last batch; a writer goes on from the batch the lake has of it. */
  until: number;
  /** A checkpoint after so many batches of the process; 0 for none of its own. */
  checkpointEvery: number;
  create?: boolean;
}

/** Bundles the writer as the companion itself is, into one module that a process of its own can run. */
export function buildChild(): void {
  buildSync({
    entryPoints: [join(__dirname, 'append-child.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['@duckdb/node-api'],
    logLevel: 'warning',
  });
}

/** Removes what `buildChild` made. */
export function removeChild(): void {
  rmSync(BUNDLE, { force: true });
}

// One thread for files, and no io_uring, so that strace sees every call and counts them in order.
const ENV = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

/** Starts a writer. It prints `ack <batch>` for each batch it was told is in. */
export function startChild(task: ChildTask): ChildProcess {
  return spawn(process.execPath, [BUNDLE, JSON.stringify(task)], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a writer to its end, under strace when there are arguments for it. */
export function runChild(task: ChildTask, strace: readonly string[] = []) {
  const command = [...(strace.length > 0 ? ['strace', ...strace] : []), process.execPath, BUNDLE, JSON.stringify(task)];
  const { stdout, stderr, status, signal } = spawnSync(command[0] ?? '', command.slice(1), {
    env: ENV,
    encoding: 'utf8',
  });
  return { acks: parseAcks(stdout), stdout, stderr, status, signal };
}

export function parseAcks(output: string): number[] {
  return [...output.matchAll(/^ack (\d+)$/gm)].map((match) => Number(match[1]));
}

/** Why strace cannot be used here; undefined when it can. */
export function straceMissing(): string | undefined {
  const { status, error, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  return error ? error.message : status === 0 ? undefined : stderr.trim() || `strace ended with ${status}`;
}
