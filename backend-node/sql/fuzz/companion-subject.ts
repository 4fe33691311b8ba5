import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { QueryResponse } from '@apitrail/contract';

import type { Subject } from './fuzz';
import { PLACE, Scene } from './scene';

/** First of the requests of the lake, and how long the range of queries is. */
const FIRST = Date.UTC(2026, 10, 2);
const RANGE_MS = 3_600_000;

/** Codes of answers that a statement can have whatever it is. Any other is a fault. */
const EXPECTED = /\[APITRAIL_(SQL_\w+|RESULT_TOO_LARGE|UNRESOLVED_VARIABLE|BAD_VALUE|UNSUPPORTED_FORMAT|BAD_REGEX)\]$/;

/**
 * A whole companion, started as users start it, over one lake. Beside it lies another with the canary, and files that hold
 * it. `program` is the path of `apitrail.mjs`.
 */
export async function companionSubject(program: string): Promise<Subject> {
  const scene = await Scene.open();
  const run = (args: string[]) => apitrail(program, args, scene.directory);
  const lines = (customer: string) =>
    Array.from({ length: 20 }, (_, index) =>
      JSON.stringify({ time: FIRST + index * 60_000, service: 'shop', route: '/', status: 200, customer })
    );
  await writeFile(join(scene.directory, 'ours.ndjson'), lines('ann').join('\n'));
  await writeFile(join(scene.directory, 'theirs.ndjson'), lines(scene.canary).join('\n'));
  await run(['import', 'ours.ndjson', '--lake', 'ours']);
  await run(['import', 'theirs.ndjson', '--lake', 'theirs', '--service', scene.canary]);
  let companion = await serve(program, scene.directory);
  let asked = 0;

  const post = async (query: Record<string, unknown>) => {
    const response = await fetch(`${companion.url}/api/ds/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: FIRST, to: FIRST + RANGE_MS, queries: [{ refId: 'A', ...query }] }),
    });
    return response.text();
  };
  const files = ['canary.csv', 'canary.parquet', 'theirs/requests/**/*.parquet', 'theirs.ndjson'];
  return {
    vocabulary: {
      ...scene.vocabulary,
      tables: ['requests'],
      columns: ['time', 'service', 'status', 'duration_ms', 'attributes', 'customer', 'route'],
      files: files.map((file) => `${PLACE}/${file}`),
    },
    ask: async (sql) => {
      const answer = await post({ queryType: 'sql', sql: sql.replaceAll(PLACE, scene.directory) });
      return { answer, ran: !/APITRAIL_SQL_(REFUSED|SYNTAX)/.test(answer) };
    },
    complaint: async ({ answer, ran }) => {
      const seen = scene.seen(answer);
      if (seen !== undefined || !ran) {
        return seen;
      }
      const error = (JSON.parse(answer) as QueryResponse).results?.['A']?.error;
      if (error !== undefined && !EXPECTED.test(error)) {
        return `an error without a code for users: ${error}`;
      }
      if (companion.process.exitCode !== null) {
        return 'the companion has ended';
      }
      // Each question takes a process of its own, so a plain one is put in only now and then, and after a death.
      if (++asked % 10 !== 0 && !error?.includes('APITRAIL_SQL_FAILED')) {
        return undefined;
      }
      const alive = await post({ queryType: 'sql', sql: 'SELECT 1 AS alive' });
      return alive.includes('"values":[[1]]')
        ? undefined
        : `the companion does not answer any more: ${alive.slice(0, 300)}`;
    },
    renew: async () => {
      await companion.stop();
      companion = await serve(program, scene.directory);
    },
    close: async () => {
      await companion.stop();
      await scene.close();
    },
  };
}

async function apitrail(program: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(cwd),
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) {
    throw new Error(`apitrail ${args.join(' ')} ended with ${code}: ${said}`);
  }
}

async function serve(
  program: string,
  cwd: string
): Promise<{ url: string; process: ChildProcess; stop(): Promise<void> }> {
  const listen = ['--query-listen', '127.0.0.1:0', '--ingest-listen', '127.0.0.1:0', '--no-auth'];
  const child = spawn(process.execPath, [program, 'serve', '--lake', 'ours', ...listen], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment(cwd),
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { query } = JSON.parse(line) as { query: string };
  const ended = once(child, 'close');
  return {
    url: query,
    process: child,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Keys of pseudonyms go into the folder, not into the home of whoever runs this. */
function environment(home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { ...(PATH === undefined ? {} : { PATH }), HOME: home, XDG_CONFIG_HOME: home };
}
