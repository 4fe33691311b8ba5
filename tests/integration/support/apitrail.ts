import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(process.cwd());
/** The program as it is installed: the committed bin, which loads the build. */
export const APITRAIL = process.env.TEST_APITRAIL_BIN ?? join(root, 'backend-node', 'bin', 'apitrail.mjs');

/** The environment of the tests without settings of whoever runs them. */
function cleanEnvironment(more: Record<string, string>): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('APITRAIL_'))),
    ...more,
  };
}

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  input?: string;
}

/** Runs a command to its end. */
export async function apitrail(args: string[], { cwd, env = {}, input = '' }: RunOptions) {
  const child = start(args, cwd, env);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin!.end(input);
  const code = await new Promise<number | null>((resolveCode) => child.on('close', resolveCode));
  return { code, stdout, stderr };
}

export interface Companion {
  query: string;
  ingest: string;
  process: ChildProcess;
  /** What it wrote so far. */
  output: { stdout: string; stderr: string };
  /** Resolves with code and signal when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends it, waiting until it has. */
  stop(): Promise<void>;
}

/** Starts `apitrail serve` on free ports and waits for its ready line. */
export async function serve(args: string[], { cwd, env = {} }: RunOptions): Promise<Companion> {
  const child = start(['serve', '--query-listen', '127.0.0.1:0', '--ingest-listen', '127.0.0.1:0', ...args], cwd, env);
  const output = { stdout: '', stderr: '' };
  child.stderr!.on('data', (chunk) => (output.stderr += String(chunk)));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolveEnd) =>
    child.on('close', (code, signal) => resolveEnd({ code, signal }))
  );
  const ready = new Promise<{ query: string; ingest: string }>((resolveReady, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      output.stdout += `${line}\n`;
      resolveReady(JSON.parse(line) as { query: string; ingest: string });
    });
    void ended.then(() => reject(new Error(`apitrail serve ended: ${output.stderr}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ...(await ready), process: child, output, ended, stop };
}

/** Waits until something holds. The test's own time limit ends it. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    await new Promise((resolveWait) => setTimeout(resolveWait, 50));
  }
}

function start(args: string[], cwd: string, env: Record<string, string>): ChildProcess {
  if (!existsSync(join(APITRAIL, '..', '..', 'dist', 'apitrail.mjs'))) {
    throw new Error('The companion is not built: run `npm run build:companion` first.');
  }
  return spawn(process.execPath, [APITRAIL, ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
