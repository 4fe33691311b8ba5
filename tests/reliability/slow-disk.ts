import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static void wait(void) {
  const char *file = getenv("SLOW_DISK_FILE");
  if (file && access(file, F_OK) == 0) usleep(250000);
}
int fsync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  wait();
  return real(file);
}
int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  wait();
  return real(file);
}
`;

/** A disk that takes a quarter of a second for each flush, while it is told to be slow. */
export interface SlowDisk {
  /** The environment of programs that have it. */
  env: Record<string, string>;
  slow(isSlow: boolean): void;
}

/** Makes one: a library that is put before libc’s. Undefined where there is no C compiler. */
export function slowDisk(folder: string): SlowDisk | undefined {
  mkdirSync(folder, { recursive: true });
  const [source, library, file] = ['slow-disk.c', 'slow-disk.so', 'slow'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(source, SOURCE);
  const { status, error } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
  if (error || status !== 0) {
    return undefined;
  }
  const slow = (isSlow: boolean) => (isSlow ? writeFileSync(file, '') : rmSync(file, { force: true }));
  return { env: { LD_PRELOAD: library, SLOW_DISK_FILE: file }, slow };
}
