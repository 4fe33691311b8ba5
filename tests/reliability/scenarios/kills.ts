import { setTimeout as wait } from 'node:timers/promises';

import type { Role } from '../companion';
import { Workload, type Report, type WorkloadOptions } from '../workload';

const TARGETS: ReadonlyArray<Role | 'all'> = ['ingest', 'ingest', 'query', 'maintenance', 'all'];
/** After so many kills all is at rest, and looked at. */
const KILLS_PER_ROUND = 50;

/** Kills processes of the companion at random moments, while it is sent to and asked, with maintenance running. */
export async function kills(
  options: WorkloadOptions,
  count: number,
  progress?: (done: number) => void
): Promise<Report> {
  const work = await Workload.open(options);
  try {
    await work.companion.start();
    work.begin();
    let since = 0;
    while (work.goesOn(count)) {
      await wait(200 + work.random() * 1_300);
      // The supervisor waits longer after each failure of a process; after one of its own it begins anew.
      const target = since >= 4 ? 'all' : TARGETS[Math.floor(work.random() * TARGETS.length)]!;
      if (target === 'all') {
        await work.companion.killAll();
        await work.companion.start();
        since = 0;
      } else {
        await work.companion.killProcess(target);
        since++;
      }
      work.happened(progress);
      if (work.events % KILLS_PER_ROUND === 0 && work.goesOn(count)) {
        await work.auditRound();
        await work.companion.start();
        since = 0;
        work.begin();
      }
    }
    await wait(1_000);
    return await work.end('kills');
  } finally {
    await work.abandon();
  }
}
