import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = `int fsync(int file) { return 0; }
int fdatasync(int file) { return 0; }
`;

/**
 * The environment of a program whose flushes do nothing and succeed: with it a test of power cuts must fail, or it sees
 * nothing. Undefined where there is no C compiler.
 */
export function withoutFlush(folder: string): Record<string, string> | undefined {
  mkdirSync(folder, { recursive: true });
  const source = join(folder, 'without-flush.c');
  const library = join(folder, 'without-flush.so');
  writeFileSync(source, SOURCE);
  const { status, error } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source]);
  return error || status !== 0 ? undefined : { LD_PRELOAD: library };
}
