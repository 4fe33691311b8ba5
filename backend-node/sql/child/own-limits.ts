import { readFileSync } from 'node:fs';

import type { ProcessLimits } from './protocol';

const NAMES: Record<keyof ProcessLimits, string> = {
  dataBytes: 'Max data size',
  cpuSeconds: 'Max cpu time',
  fileBytes: 'Max file size',
  openFiles: 'Max open files',
};

/** What is wrong with the limits of this process; undefined when each is as strict as it should be. */
export function limitsProblem(expected: ProcessLimits): string | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return 'this system does not say what limits a process has';
  }
  const actual = parseLimits(text);
  const lax = (Object.keys(NAMES) as Array<keyof ProcessLimits>).find(
    (limit) => !((actual.get(NAMES[limit]) ?? Infinity) <= expected[limit])
  );
  return lax && `the limit "${NAMES[lax].slice('Max '.length)}" of the process is not held`;
}

/** Soft limits by name, as `/proc/self/limits` has them; unlimited is infinity. */
export function parseLimits(text: string): Map<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, soft] = /^(Max [a-z ]+?) {2,}(\S+)/.exec(line) ?? [];
      return name ? [[name, soft === 'unlimited' ? Infinity : Number(soft)] as const] : [];
    })
  );
}
