import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Calls whose faults are tried, as strace names them on the machines there are. */
export const CALLS = {
  fdatasync: 'fdatasync',
  fsync: 'fsync',
  write: 'write,pwrite64,writev,pwritev',
  rename: '?rename,?renameat,?renameat2',
  link: '?link,?linkat',
  unlink: '?unlink,?unlinkat',
  open: '?open,openat',
  truncate: 'ftruncate',
} as const;

export type Call = keyof typeof CALLS;

/** What happens instead of a call: a kill comes as it begins, so that one after it is one at the next call. */
export const FAULTS = ['signal=KILL', 'error=EIO', 'error=ENOSPC'] as const;
export type Fault = (typeof FAULTS)[number];

/** Lets the n-th of such calls of a running process fail. */
export class Injection {
  private constructor(
    private readonly tracer: ChildProcess,
    private readonly output: string,
    private readonly gone: Promise<void>
  ) {}

  static async attach(pid: number, call: Call, what: Fault, when: number, output: string): Promise<Injection> {
    const args = ['-f', '-e', `trace=${CALLS[call]}`, '-e', `inject=${CALLS[call]}:${what}:when=${when}`];
    const tracer = spawn('strace', ['-p', String(pid), ...args, '-o', output], { stdio: ['ignore', 'ignore', 'pipe'] });
    const gone = new Promise<void>((resolve) => tracer.once('close', () => resolve()));
    await new Promise<void>((resolve) => {
      tracer.stderr.on('data', (data: Buffer) => data.toString().includes('attached') && resolve());
      void gone.then(resolve);
    });
    return new Injection(tracer, output, gone);
  }

  /** Whether it has happened. */
  get happened(): boolean {
    const text = readFileSync(this.output, 'utf8');
    return text.includes('INJECTED') || text.includes('killed by SIGKILL');
  }

  async detach(): Promise<void> {
    this.tracer.kill('SIGTERM');
    // It may wait for ever for a thread of a process that is gone.
    const insist = setTimeout(() => this.tracer.kill('SIGKILL'), 2_000);
    await this.gone;
    clearTimeout(insist);
  }
}
