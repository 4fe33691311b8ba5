import { ApitrailError } from '@apitrail/contract';
import { pino } from 'pino';

import { TaskLoop, type Task } from './task-loop';

const log = pino({ level: 'silent' });

/** Runs tasks until one of them has been run so often. */
async function runUntil(tasks: Task[], name: string, times: number): Promise<TaskLoop> {
  let enough: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (enough = resolve));
  let seen = 0;
  const watched = tasks.map((task) => ({
    ...task,
    run: (signal: AbortSignal) =>
      task.run(signal).finally(() => {
        seen += task.name === name ? 1 : 0;
        if (seen === times) {
          setImmediate(enough);
        }
      }),
  }));
  const loop = new TaskLoop(watched, log);
  loop.start();
  await reached;
  await loop.stop();
  return loop;
}

test('does its tasks again and again, one at a time', async () => {
  let running = 0;
  let most = 0;
  const busy = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    return undefined;
  };
  const tasks = ['a', 'b', 'c'].map((name) => ({ name, intervalMs: 1, run: busy }));
  const loop = await runUntil(tasks, 'c', 5);
  expect(most).toBe(1);
  expect(loop.current().every(({ succeeded }) => succeeded > 0)).toBe(true);
});

test('one that fails says why, holds up no other, and is well again when it is', async () => {
  let times = 0;
  const failing: Task = {
    name: 'failing',
    intervalMs: 1,
    run: () =>
      ++times < 3
        ? Promise.reject(new ApitrailError('APITRAIL_LAKE_UNREADABLE', 'It is torn.'))
        : Promise.resolve(undefined),
  };
  const first = await runUntil(
    [failing, { name: 'other', intervalMs: 1, run: () => Promise.resolve({}) }],
    'failing',
    2
  );
  expect(first.current()).toMatchObject([
    {
      failed: 2,
      succeeded: 0,
      lastSuccess: undefined,
      error: { code: 'APITRAIL_LAKE_UNREADABLE', message: 'It is torn.' },
    },
    { failed: 0 },
  ]);
  const second = await runUntil([failing], 'failing', 1);
  expect(second.current()).toMatchObject([{ succeeded: 1, error: undefined }]);
});

test('stopping interrupts what runs, waits for it, and does not count it as a failure', async () => {
  let began: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (began = resolve));
  let ended = false;
  const loop = new TaskLoop(
    [
      {
        name: 'long',
        intervalMs: 1,
        run: async (signal) => {
          began();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          ended = true;
          throw signal.reason;
        },
      },
    ],
    log
  );
  loop.start();
  await running;
  await loop.stop();
  expect(ended).toBe(true);
  expect(loop.current()).toMatchObject([{ failed: 0, error: undefined }]);
});
