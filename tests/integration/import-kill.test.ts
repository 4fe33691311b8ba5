import { buildSync } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { differences } from './import-rows';
import type { ImportTask } from './import-child';

const ROOT = join(__dirname, '..', '..');
const DATA = join(ROOT, 'tests', 'data', 'access-logs');
const BUNDLE = join(ROOT, '.data', 'tests', `import-child-${process.pid}.mjs`);
const FILES = ['erddap.log.1', 'erddap.log.2', 'apache-combined.log', 'shop-forwarded.log', 'nginx-json.log'];
const KILLS = 12;

let engine: DuckDb;
let folder: string;

beforeAll(async () => {
  buildSync({
    entryPoints: [join(__dirname, 'import-child.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: { '@apitrail/contract': join(ROOT, 'contract', 'index.ts') },
    logLevel: 'error',
  });
  engine = await openDuckDb({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'apitrail-import-kill-'));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
  await rm(BUNDLE, { force: true });
});

const taskOf = (name: string): ImportTask => ({
  inputs: FILES.map((file) => join(DATA, `${file}.gz`)),
  lake: join(folder, name),
  keyFile: join(folder, 'pseudonym.key'),
  rejects: join(folder, `${name}.rejects`),
  rowsPerCommit: 100,
});

/** Runs an import; kills it the hard way after some milliseconds if it is still running. */
async function runChild(
  task: ImportTask,
  killAfterMs?: number
): Promise<{ killed: boolean; code: number | null; errors: string; ms: number }> {
  const began = Date.now();
  const child = spawn(process.execPath, [BUNDLE, JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...end) => resolve(end))
  );
  clearTimeout(timer);
  return { killed: signal === 'SIGKILL', code, errors, ms: Date.now() - began };
}

it('killed at any moment and run again, an import gives the rows, sessions, routes and rejects of one whole run', async () => {
  const whole = taskOf('whole');
  const reference = await runChild(whole);
  expect(reference).toMatchObject({ code: 0, errors: '' });

  const torn = taskOf('torn');
  const random = xoroshiro128plus(20261123);
  let kills = 0;
  // Ever later, so that no run gets to its end before the last.
  for (; kills < KILLS; kills++) {
    const share = uniformInt(random, 10, 10 + kills * 4) / 100;
    const { killed } = await runChild(torn, Math.floor(reference.ms * share));
    if (!killed) {
      break;
    }
  }
  expect(kills).toBeGreaterThan(0);
  expect(await runChild(torn)).toMatchObject({ code: 0, errors: '' });

  expect(await differences(engine, whole.lake, torn.lake)).toEqual([0, 0]);
  if (kills === KILLS) {
    // The last run finished the import, and its rejects are those of all.
    expect(await readFile(torn.rejects, 'utf8')).toBe(await readFile(whole.rejects, 'utf8'));
  }
  expect(await readdir(join(torn.lake, '.apitrail', 'tmp'))).toEqual([]);
  expect(await readdir(join(torn.lake, '.apitrail', 'import'))).toHaveLength(1);
}, 600_000);
