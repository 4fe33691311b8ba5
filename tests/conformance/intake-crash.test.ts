import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { IntakeBench } from '../../backend-node/ingest/intake/testing/intake-bench';
import { send } from '../../backend-node/ingest/intake/testing/test-batches';
import { buildProgram, injected, KILL_AFTER, KILL_BEFORE, straceMissing, type ChildProgram } from './support/child';
import type { IntakeTask } from './support/intake-task';

jest.setTimeout(600_000);

const ROWS = 7;
let child: ChildProgram<IntakeTask>;
let folder: string;

beforeAll(() => {
  child = buildProgram('intake-child');
});
afterAll(() => child.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-intake-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const task = (more: Partial<IntakeTask> = {}): IntakeTask => ({
  ...{ folder, run: 'a', senders: 3, each: 4, rows: ROWS, flushRows: 50, close: true },
  ...more,
});

/** Names of the batches a process acknowledged. */
const acknowledged = (output: string): string[] => [...output.matchAll(/^ok (\S+)$/gm)].map(([, name]) => name!);

/** What queries see: every batch in whole, every acknowledged one, each once. Gives their names. */
async function check(bench: IntakeBench, names: readonly string[]): Promise<string[]> {
  const ids = await bench.ids();
  const seen = new Map<string, number>();
  ids.forEach((id) => {
    const name = id.slice(0, id.lastIndexOf('.'));
    seen.set(name, (seen.get(name) ?? 0) + 1);
  });
  expect(new Set(ids).size).toBe(ids.length);
  expect([...seen].filter(([, rows]) => rows !== ROWS)).toEqual([]);
  expect(names.filter((name) => !seen.has(name))).toEqual([]);
  return [...seen.keys()];
}

/** Takes up what a killed process left, sends everything once more as a client would, and looks at the whole. */
async function settle(names: readonly string[]): Promise<void> {
  const bench = await IntakeBench.at(folder);
  try {
    const intake = await bench.intake();
    const there = await check(bench, names);
    for (const name of new Set([...there, ...names])) {
      const rows = Array.from({ length: ROWS }, (_, row) => ({ id: `${name}.${row}` }));
      expect(await send(intake, { rows, key: name })).toMatchObject({ repeated: true });
    }
    await intake.close();
    expect(await check(bench, names)).toHaveLength(there.length);
    expect(await bench.committedIds()).toHaveLength(there.length * ROWS);
  } finally {
    await bench.close();
  }
}

it('keeps everything it acknowledged, once, through kills at random moments', async () => {
  const names: string[] = [];
  for (let run = 0; run < 6; run++) {
    const running = child.start(task({ run: String(run), each: 1_000_000, flushRows: 1_000 }));
    let output = '';
    running.stdout!.on('data', (data: Buffer) => (output += data.toString()));
    const closed = once(running, 'close');
    await Promise.race([once(running.stdout!, 'data'), closed]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 800));
    running.kill('SIGKILL');
    await closed;
    names.push(...acknowledged(output));
  }
  expect(names.length).toBeGreaterThan(100);
  await settle(names);
});

const missing = straceMissing();
if (missing) {
  process.stderr.write(`SKIPPED: faults at system calls are not tested, strace cannot be used: ${missing}\n`);
}

(missing ? describe.skip : describe)('at system calls', () => {
  const kills = (['fsync', 'rename', 'link', 'unlink'] as const).flatMap((call) =>
    [KILL_AFTER, KILL_BEFORE].map((moment) => [call, moment] as const)
  );
  it.each(kills)('a kill at any %s (%s) loses nothing and doubles nothing', async (call, moment) => {
    let killed = 0;
    for (let when = 1; when <= 40; when += 4) {
      folder = await mkdtemp(join(tmpdir(), 'apitrail-intake-'));
      const { stdout, status, signal } = child.run(task(), injected(call, moment, when));
      if (stdout.includes('closed')) {
        await rm(folder, { recursive: true, force: true });
        break;
      }
      expect(status === 137 || signal === 'SIGKILL').toBe(true);
      killed++;
      await settle(acknowledged(stdout));
      await rm(folder, { recursive: true, force: true });
    }
    expect(killed).toBeGreaterThan(0);
  });
});
