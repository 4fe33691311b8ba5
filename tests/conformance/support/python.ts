import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** Python with packages, in an environment of its own that later runs find again; or why there is none. */
export function pythonWith(packages: readonly string[]): { python: string } | { missing: string } {
  const directory = join(ROOT, '.data', 'python', packages.join(' ').replaceAll(/[^a-z0-9.]+/gi, '-'));
  const python = join(directory, 'bin', 'python');
  const ready = join(directory, 'ready');
  if (existsSync(ready)) {
    return { python };
  }
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const steps: Array<[string, string[]]> = [
    ['python3', ['-m', 'venv', directory]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:', ...packages]],
  ];
  for (const [command, args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) {
      return { missing: error?.message ?? (stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`) };
    }
  }
  writeFileSync(ready, '');
  return { python };
}

/** Runs a script of this folder and gives the JSON it prints. */
export function runPython<T>(python: string, script: string, args: readonly string[]): T {
  const path = join(ROOT, 'tests', 'conformance', 'support', script);
  const { status, stdout, stderr } = spawnSync(python, [path, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) {
    throw new Error(`${script} failed: ${stderr}`);
  }
  return JSON.parse(stdout) as T;
}
