import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

import type { ProcessLimits } from '../child/protocol';

/** What a process for SQL is kept from, beyond its limits, as far as this system lets it be. */
export interface Isolation {
  /** Programs and arguments that stand before the program. */
  prefix: readonly string[];
  /** Has no network. */
  network: boolean;
  /** Cannot gain rights, and as root has none but to read. */
  rights: boolean;
}

const NONE: Isolation = { prefix: [], network: false, rights: false };

/** Finds the strictest isolation that works here, by trying. */
export async function findIsolation(uid = process.getuid?.()): Promise<Isolation> {
  const unshare = programAt('unshare');
  const setpriv = programAt('setpriv');
  // Root that may read everything but write nothing of others; data files are read-only even to their owner.
  const rights =
    setpriv === undefined
      ? undefined
      : uid === 0
        ? [setpriv, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all,+dac_read_search']
        : [setpriv, '--no-new-privs'];
  // Under a name of its own it would be root in there, and could write what its owner may.
  const network =
    unshare === undefined ? undefined : uid === 0 ? [unshare, '--net'] : [unshare, '--net', '--map-current-user'];
  const candidates: Isolation[] = [
    ...(rights && network ? [{ prefix: [...network, ...rights], network: true, rights: true }] : []),
    ...(rights ? [{ prefix: rights, network: false, rights: true }] : []),
    ...(network ? [{ prefix: network, network: true, rights: false }] : []),
  ];
  for (const candidate of candidates) {
    if (await runs([...candidate.prefix, process.execPath, '--version'])) {
      return candidate;
    }
  }
  return NONE;
}

/**
 * The command that starts a program within limits. Limits are set by the shell, which is everywhere, and inherited; `nice`
 * and the mark for the system's own killer of processes are as far as they can be had.
 */
export function commandWithin(
  limits: ProcessLimits,
  isolation: Isolation,
  program: readonly string[]
): { file: string; args: string[] } {
  // What cannot be set is either stricter already or not held; the process itself looks which, before it serves.
  const script = [
    // The hard limit of time comes later than the soft one, whose signal tells what happened.
    'unset PWD OLDPWD',
    `ulimit -H -t ${limits.cpuSeconds + 5}`,
    `ulimit -S -t ${limits.cpuSeconds}`,
    `ulimit -d ${Math.floor(limits.dataBytes / 1024)}`,
    `ulimit -n ${limits.openFiles}`,
    'ulimit -c 0',
    'echo 900 > /proc/self/oom_score_adj',
    `ulimit -f ${Math.floor(limits.fileBytes / 512)}`,
  ];
  const nice = programAt('nice');
  return {
    file: '/bin/sh',
    args: [
      '-c',
      `{ ${script.join('; ')}; } 2>/dev/null; exec "$@"`,
      'sh',
      ...(nice ? [nice, '-n', '5'] : []),
      ...isolation.prefix,
      ...program,
    ],
  };
}

function programAt(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/${name}`).find(existsSync);
}

function runs([file, ...args]: string[]): Promise<boolean> {
  return new Promise((resolve) =>
    execFile(file!, args, { timeout: 5_000, env: {} }, (error) => resolve(error === null))
  );
}
