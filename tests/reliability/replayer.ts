import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

import { environment, PROGRAM, type Companion } from './companion';

/** Tries dead letters again and again with `apitrail rejects replay`, which is killed now and then in the midst of it. */
export class Replayer {
  runs = 0;
  killed = 0;
  /** Letters that went in, as the runs that came to their end say. */
  replayed = 0;
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly companion: Companion,
    private readonly random: () => number
  ) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let took = 1_000;
    while (!signal.aborted) {
      await wait(2_000 + this.random() * 2_000, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) {
        // In the second half of its run, where it does what it is there for.
        const killAfter = this.random() < 0.5 ? took * (0.5 + this.random() * 0.6) : undefined;
        const began = performance.now();
        this.replayed += (await replay(this.companion, killAfter)) ?? 0;
        took = killAfter === undefined ? performance.now() - began : took;
        this.runs++;
        this.killed += killAfter === undefined ? 0 : 1;
      }
    }
  }
}

/** Tries all dead letters again; gives how many went in, or undefined when it did not come to its end. */
export async function replay(companion: Companion, killAfter?: number): Promise<number | undefined> {
  const summary = await rejects(companion, ['replay', '--to', companion.ingest], killAfter);
  return summary?.['replayed'] as number | undefined;
}

/** How many dead letters `apitrail rejects list` tells of. */
export async function listedLetters(companion: Companion): Promise<number | undefined> {
  return (await rejects(companion, ['list', '--json']))?.['letters'] as number | undefined;
}

async function rejects(
  companion: Companion,
  [command = '', ...args]: string[],
  killAfter?: number
): Promise<Record<string, unknown> | undefined> {
  const all = [PROGRAM, 'rejects', command, '--config', companion.configFile, ...args];
  const child = spawn(process.execPath, all, { env: environment(), stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  const last = text.trim().split('\n').at(-1);
  return last?.startsWith('{') && last.endsWith('}') ? (JSON.parse(last) as Record<string, unknown>) : undefined;
}
