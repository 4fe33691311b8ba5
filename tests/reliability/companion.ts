import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

import { SESSION_GAP } from './rows';

export type Role = 'ingest' | 'query' | 'maintenance';

export interface CompanionOptions {
  /** Folder of its configuration and key, which is not under test. */
  folder: string;
  /** Folder of the lake, which is. */
  lake: string;
  env?: Record<string, string>;
  /** Settings beside the usual ones of these tests: everything small and often. */
  settings?: CompanionSettings;
}

export type CompanionSettings = Record<string, Record<string, unknown>>;

/** The program under test: that of `TEST_APITRAIL_BIN`, or the one of the repository. */
export const PROGRAM = process.env.TEST_APITRAIL_BIN ?? resolve('backend-node', 'bin', 'apitrail.mjs');

const SETTINGS = {
  limits: { query_timeout: '10s', threads: 2 },
  ingest: { flush_rows: 2_000, flush_age: '2s', disk_reserve: '1MiB' },
  maintenance: { interval: '3s', vacuum_interval: '7s', keep_replaced: '25s', target_size: '8MiB' },
  retention: { age: '30d' },
  sessions: { gap: SESSION_GAP },
};

/** `apitrail serve` with all its processes, to be killed. */
export class Companion {
  query = '';
  ingest = '';
  /** What it wrote to its log, newest last. */
  readonly log: string[] = [];
  /** How often processes said they were ready. */
  ready: Record<Role, number> = { ingest: 0, query: 0, maintenance: 0 };
  /** When all processes were last gone, milliseconds of the monotonic clock. */
  downAt = -Infinity;
  private child: ChildProcess | undefined;
  private readonly pids = new Map<Role, number>();
  private readonly later: CompanionSettings = {};

  constructor(private readonly options: CompanionOptions) {}

  /** The key file, from which the keys of what is encrypted are made. */
  get keyFile(): string {
    return join(this.options.folder, 'pseudonym.key');
  }

  /** Its configuration file. */
  get configFile(): string {
    return join(this.options.folder, 'apitrail.yaml');
  }

  /** Settings that count from the next start on, beside those it was made with. */
  set(settings: CompanionSettings): void {
    Object.assign(this.later, settings);
  }

  /** Writes the configuration, and gives its file. */
  async configure(): Promise<string> {
    const { folder, lake } = this.options;
    const settings = { ...this.options.settings, ...this.later };
    await mkdir(folder, { recursive: true });
    const file = this.configFile;
    const sections = Object.entries({ ...SETTINGS, ...settings }).map(([name, section]) => [
      name,
      { ...(SETTINGS as Record<string, Record<string, unknown>>)[name], ...section },
    ]);
    const config = { lake, no_auth: true, privacy: { key_file: this.keyFile } };
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ ...config, ...Object.fromEntries(sections) }, null, 2));
    return file;
  }

  /** Starts it and waits until all answer; on the ports it had before. */
  async start(): Promise<void> {
    const config = await this.configure();
    // Ports that stay free while it is down: the system gives others to whoever asks for any.
    this.query ||= `http://127.0.0.1:${await freePort()}`;
    this.ingest ||= `http://127.0.0.1:${await freePort()}`;
    const [query, ingest] = [this.query, this.ingest].map((url) => url.replace('http://', ''));
    const args = ['--config', config, '--query-listen', query!, '--ingest-listen', ingest!];
    const child = spawn(process.execPath, [PROGRAM, 'serve', ...args], {
      cwd: this.options.folder,
      env: { ...environment(), ...this.options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.pids.clear();
    createInterface({ input: child.stderr! }).on('line', (line) => this.read(line));
    const addresses = new Promise<{ query: string; ingest: string }>((resolveReady, reject) => {
      createInterface({ input: child.stdout! }).on('line', (line) => resolveReady(JSON.parse(line) as Companion));
      child.on('close', () => reject(new Error(`The companion ended: ${this.log.slice(-5).join('\n')}`)));
    });
    addresses.catch(() => undefined);
    ({ query: this.query, ingest: this.ingest } = await addresses);
  }

  /** Kills one of its processes, which the supervisor starts again, and waits until it is back. */
  async killProcess(role: Role): Promise<void> {
    const pid = this.pids.get(role);
    const before = this.ready[role];
    if (pid !== undefined) {
      tryKill(pid);
      await until(
        `the ${role} process to be back`,
        () => this.ready[role] > before,
        () => this.tail()
      );
    }
  }

  /** Kills everything at once. */
  async killAll(): Promise<void> {
    const { child } = this;
    if (!child) {
      return;
    }
    const pids = [child.pid!, ...descendants(child.pid!)];
    const gone = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : ended(child);
    pids.forEach(tryKill);
    await gone;
    await until(
      'all processes to be gone',
      () => pids.every((pid) => !isThere(pid)),
      () => this.tail()
    );
    this.downAt = performance.now();
    this.child = undefined;
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = ended(child);
      child.kill('SIGTERM');
      await gone;
    }
    this.child = undefined;
  }

  /** Its processes by role. */
  processes(): Array<[Role, number]> {
    return [...this.pids];
  }

  /** The end of its log. */
  tail(lines = 25): string {
    return this.log.slice(-lines).join('\n');
  }

  private read(line: string): void {
    this.log.push(line);
    if (this.log.length > 2_000) {
      this.log.splice(0, 1_000);
    }
    const { role, pid } = line.includes('process is ready') ? (JSON.parse(line) as { role?: Role; pid?: number }) : {};
    if (role && pid !== undefined) {
      this.pids.set(role, pid);
      this.ready[role]++;
    }
  }
}

/** Waits until something holds; after two minutes it is a fault. */
export async function until(what: string, look: () => boolean | Promise<boolean>, more = () => ''): Promise<void> {
  const began = performance.now();
  while (!(await look())) {
    if (performance.now() - began > 120_000) {
      throw new Error(`Waited two minutes for ${what}.\n${more()}`);
    }
    await wait(20);
  }
}

/** A port below those that the system gives out. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolveFree) => {
      server.once('error', () => resolveFree(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolveFree(true)));
    });
    if (free) {
      return port;
    }
  }
}

/** The environment without settings of whoever runs this. */
export function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('APITRAIL_')));
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolveEnd) => child.once('close', () => resolveEnd()));
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** The processes a process started, those they started, and so on. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    // The name in parentheses may hold anything; the parent is the second field after it.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (one: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === one ? [child, ...below(child)] : []));
  return below(pid);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process runs; one that ended and was not waited for has no folder any more. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}/cwd`);
}
