import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import type { QueryResponse } from '@apitrail/contract';

import { endWithThisProcess } from './end-with';

/** A companion that serves a lake, asked over HTTP as Grafana asks it. */
export class Companion {
  private constructor(
    private readonly url: string,
    /** Address that requests are sent to. */
    readonly ingest: string,
    /** Ids of its processes, by their roles. */
    readonly pids: ReadonlyMap<string, number>,
    readonly stop: () => Promise<void>
  ) {}

  /**
   * Starts `apitrail serve`, from the program at `script`, with so many threads and more settings as environment variables.
   * Throws with what it said when it ends.
   */
  static async start(
    script: string,
    lake: string,
    threads: number,
    settings: Record<string, string> = {}
  ): Promise<Companion> {
    const child = spawn(
      process.execPath,
      [script, 'serve', '--lake', lake, '--no-auth', '--query-listen', '127.0.0.1:0', '--ingest-listen', '127.0.0.1:0'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, APITRAIL_LIMITS_THREADS: String(threads), ...settings },
      }
    );
    endWithThisProcess(child);
    let said = '';
    const pids = new Map<string, number>();
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-4000);
      const [, role, pid] = /"role":"(\w+)","pid":(\d+).*process is ready/.exec(line) ?? [];
      if (role !== undefined) {
        pids.set(role, Number(pid));
      }
    });
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
    const stop = async () => {
      child.kill('SIGTERM');
      await ended;
    };
    const { query, ingest } = await new Promise<{ query: string; ingest: string }>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) =>
        resolve(JSON.parse(line) as { query: string; ingest: string })
      );
      void ended.then(() => reject(new Error(said)));
    });
    return new Companion(query, ingest, pids, stop);
  }

  /** Asks one request, and reads the whole answer. Throws when a query of it failed. */
  async ask(request: object): Promise<QueryResponse> {
    const response = await fetch(`${this.url}/api/ds/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer = (await response.json()) as QueryResponse;
    const failed = Object.values(answer.results ?? {}).find(({ error }) => error !== undefined);
    if (!response.ok || failed) {
      throw new Error(failed?.error ?? JSON.stringify(answer));
    }
    return answer;
  }

  /** CPU time the query process has taken so far, milliseconds, all threads together. */
  async cpuMs(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^process_cpu_seconds_total(?:\{process="query"\})? (\S+)/m.exec(text)![1]) * 1000;
  }

  /** CPU time that `cpuMs` takes itself, milliseconds: the least of a few. */
  async askingMs(): Promise<number> {
    const taken: number[] = [];
    let before = await this.cpuMs();
    for (let round = 0; round < 10; round++) {
      const now = await this.cpuMs();
      taken.push(now - before);
      before = now;
    }
    return Math.min(...taken);
  }
}
