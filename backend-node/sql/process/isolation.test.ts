import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseLimits } from '../child/own-limits';
import { commandWithin, findIsolation, type Isolation } from './isolation';

const limits = { dataBytes: 512 * 2 ** 20, cpuSeconds: 7, fileBytes: 2 ** 20, openFiles: 64 };
let isolation: Isolation;
let folder: string;
beforeAll(async () => {
  isolation = await findIsolation();
  folder = mkdtempSync(join(tmpdir(), 'apitrail-isolation-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string): string {
  const { file, args } = commandWithin(limits, isolation, ['/bin/sh', '-c', script]);
  return execFileSync(file, args, { encoding: 'utf8', env: {}, cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
}

it('holds a program to its limits', () => {
  const held = parseLimits(run('cat /proc/self/limits'));
  expect(held.get('Max data size')).toBe(limits.dataBytes);
  expect(held.get('Max cpu time')).toBe(limits.cpuSeconds);
  expect(held.get('Max file size')).toBe(limits.fileBytes);
  expect(held.get('Max open files')).toBe(limits.openFiles);
  expect(held.get('Max core file size')).toBe(0);
});

it('ends a program that computes longer than it may', () => {
  const { file, args } = commandWithin({ ...limits, cpuSeconds: 1 }, isolation, [
    '/bin/sh',
    '-c',
    'while :; do :; done',
  ]);
  expect(() => execFileSync(file, args, { env: {}, stdio: 'ignore' })).toThrow(
    expect.objectContaining({ signal: 'SIGXCPU' }) as Error
  );
}, 60_000);

it('ends a file where it may not be longer', () => {
  run('head -c 5000000 /dev/zero > big; true');
  expect(readFileSync(join(folder, 'big'))).toHaveLength(limits.fileBytes);
});

it('gives a program no setting of whoever runs the companion', () => {
  expect(
    run('env')
      .split('\n')
      .filter((line) => line !== '' && !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))
  ).toEqual([]);
});

it('makes it the first to go when the machine has no more memory', () => {
  expect(run('cat /proc/self/oom_score_adj').trim()).toBe('900');
});

it('keeps it from writing what is read-only, as far as the system lets', () => {
  const file = join(folder, 'data');
  writeFileSync(file, 'whole', { mode: 0o444 });
  run(`echo broken > ${file}; true`);
  expect(readFileSync(file, 'utf8')).toBe(isolation.rights || process.getuid?.() !== 0 ? 'whole' : 'broken\n');
});

it('keeps it from the network, as far as the system lets', () => {
  const devices = run('cat /proc/net/dev')
    .split('\n')
    .filter((line) => /^\s*[^l\s]\w*:/.test(line));
  expect(devices.length === 0 || !isolation.network).toBe(true);
});
