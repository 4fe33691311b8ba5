import { buildSync } from 'esbuild';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

// One thread for files, and no io_uring, so that strace sees every call and counts them in order.
const ENV = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

/** A program of this folder that runs in processes of its own, to be killed. */
export interface ChildProgram<Task> {
  /** Starts it. */
  start(task: Task): ChildProcess;
  /** Runs it to its end, under strace when there are arguments for it. */
  run(
    task: Task,
    strace?: readonly string[]
  ): { stdout: string; stderr: string; status: number | null; signal: NodeJS.Signals | null };
  /** Removes what was built. */
  remove(): void;
}

/** Bundles a program as the companion itself is, into one module that a process of its own can run. */
export function buildProgram<Task>(name: string): ChildProgram<Task> {
  const bundle = join(ROOT, '.data', 'tests', `${name}-${process.pid}.mjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['@duckdb/node-api'],
    // CommonJS among the dependencies asks for Node's own modules in its way.
    banner: { js: `import { createRequire } from 'node:module';const require = createRequire(import.meta.url);` },
    logLevel: 'warning',
  });
  return {
    start: (task) =>
      spawn(process.execPath, [bundle, JSON.stringify(task)], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] }),
    run: (task, strace = []) => {
      const command = [...(strace.length > 0 ? ['strace', ...strace] : []), process.execPath, bundle];
      const [program = '', ...args] = [...command, JSON.stringify(task)];
      const { stdout, stderr, status, signal } = spawnSync(program, args, { env: ENV, encoding: 'utf8' });
      return { stdout, stderr, status, signal };
    },
    remove: () => rmSync(bundle, { force: true }),
  };
}

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

let writer: ChildProgram<ChildTask>;

/** Bundles the writer. */
export function buildChild(): void {
  writer = buildProgram('append-child');
}

/** Removes what `buildChild` made. */
export function removeChild(): void {
  writer.remove();
}

/** Starts a writer. It prints `ack <batch>` for each batch it was told is in. */
export function startChild(task: ChildTask): ChildProcess {
  return writer.start(task);
}

/** Runs a writer to its end, under strace when there are arguments for it. */
export function runChild(task: ChildTask, strace: readonly string[] = []) {
  const result = writer.run(task, strace);
  return { acks: parseAcks(result.stdout), ...result };
}

export function parseAcks(output: string): number[] {
  return [...output.matchAll(/^ack (\d+)$/gm)].map((match) => Number(match[1]));
}

/** System calls whose faults are tried, as strace names them on the machines there are. */
const CALLS = {
  fsync: 'fsync',
  link: '?link,?linkat',
  rename: '?rename,?renameat,?renameat2',
  unlink: '?unlink,?unlinkat',
  chmod: '?chmod,?fchmodat',
} as const;

/** After the call has done its work, and instead of it. */
export const KILL_AFTER = 'signal=KILL';
export const KILL_BEFORE = 'error=EIO:signal=KILL';

/** Arguments of strace with which the n-th of such calls fails or kills. */
export function injected(call: keyof typeof CALLS, what: string, when: number): string[] {
  return [
    ...['-f', '-qq', '-o', '/dev/null', '-e', `trace=${CALLS[call]}`],
    ...['-e', `inject=${CALLS[call]}:${what}:when=${when}`],
  ];
}

/** Why strace cannot be used here; undefined when it can. */
export function straceMissing(): string | undefined {
  const { status, error, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  return error ? error.message : status === 0 ? undefined : stderr.trim() || `strace ended with ${status}`;
}
