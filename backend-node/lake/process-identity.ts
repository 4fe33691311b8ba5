import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

import { hasCode } from './durable';

/** One process of one boot of one machine. */
export interface ProcessIdentity {
  /** Host, boot and process namespace, separated by spaces: where all are equal, process numbers can be compared. */
  machine: string;
  pid: number;
  /** Start of the process in clock ticks since boot; tells it from a later one with its number. Empty where the system does not say. */
  started: string;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '-'),
    readlink('/proc/self/ns/pid').catch(() => '-'),
  ]);
  return {
    machine: [hostname(), boot.trim(), namespace].join(' '),
    pid: process.pid,
    started: await startOf(process.pid),
  };
}

/**
 * Whether the process lives, as far as it can be told from here: undefined for one of another machine or container, except
 * that nothing outlives a boot of its host.
 */
export async function isAlive(other: ProcessIdentity, self: ProcessIdentity): Promise<boolean | undefined> {
  if (other.machine === self.machine) {
    return exists(other.pid) && (await startOf(other.pid)) === other.started;
  }
  const [host, boot] = self.machine.split(' ');
  const [otherHost, otherBoot] = other.machine.split(' ');
  return host === otherHost && boot !== otherBoot ? false : undefined;
}

/** Whether two processes are of one boot of one machine, in whatever containers; false where the system does not say. */
export function ofOneBoot(one: ProcessIdentity, other: ProcessIdentity): boolean {
  const boot = bootOf(one);
  return boot !== '' && boot !== '-' && boot === bootOf(other);
}

/** What tells one boot from another: containers of a machine have the same. */
function bootOf({ machine }: ProcessIdentity): string {
  return machine.split(' ')[1] ?? '';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * Field 22 of /proc/PID/stat, the 20th after the name in parentheses; empty for a process that has ended and is only there
 * until somebody asks how.
 */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
}
