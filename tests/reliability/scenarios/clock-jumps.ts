import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Workload, type Report, type WorkloadOptions } from '../workload';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (kind) => `/usr/lib/${kind}/faketime/libfaketimeMT.so.1`
);
/** Seconds. Back by less than a day: what comes from further in the future is no request but a reject. */
const JUMPS = ['+0', '+3600', '-3600', '+86400', '-80000', '-7', '+400000'];
/** After each jump a sender sends so many requests again that were acknowledged before. */
const REPEATS = 2;

/** Why clocks cannot be set here; undefined when they can. */
export function clockMissing(): string | undefined {
  return LIBRARIES.some(existsSync) ? undefined : 'it needs libfaketime';
}

/**
 * The companion's clock jumps forth and back, by seconds and by days, while kills go on. Keys and ids are known all the
 * same: each jump is shorter or longer than `ingest.idempotency_window`, and what passes is not.
 */
export async function clockJumps(
  options: WorkloadOptions,
  count: number,
  progress?: (done: number) => void
): Promise<Report> {
  const clock = join(options.folder, 'clock');
  const env = {
    LD_PRELOAD: LIBRARIES.find(existsSync) ?? '',
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  // Of one clock, so that retention takes out nothing that another one will ask for.
  const work = await Workload.open({ noise: true, ...options, env });
  try {
    await writeFile(clock, '+0\n');
    await work.companion.start();
    work.begin();
    while (work.goesOn(count)) {
      await wait(500 + work.random() * 1_500);
      await writeFile(clock, `${JUMPS[Math.floor(work.random() * JUMPS.length)]}\n`);
      if (work.random() < 0.3) {
        await work.companion.killAll();
        await work.companion.start();
      }
      work.repeat(REPEATS);
      work.happened(progress);
    }
    await wait(1_500);
    await writeFile(clock, '+0\n');
    return await work.end('clock jumps');
  } finally {
    await work.abandon();
  }
}
