import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { Workload, type Report, type WorkloadOptions } from '../workload';

const MINUTE_MS = 60_000;
/** After so many minutes all is at rest, and looked at. */
const MINUTES_PER_ROUND = 15;

/** Sends and asks for long, with a kill every minute: what grows slowly is seen here. */
export async function soak(options: WorkloadOptions, minutes: number, say: (line: string) => void): Promise<Report> {
  const work = await Workload.open(options);
  try {
    await work.companion.start();
    work.begin();
    const end = performance.now() + minutes * MINUTE_MS;
    while (performance.now() < end && work.goesOn(Infinity)) {
      await wait(Math.min(MINUTE_MS, end - performance.now()));
      const processes = work.companion.processes().map(([role, pid]) => `${role} ${usage(pid)}`);
      say(`${work.figures()}; ${processes.join(', ')}`);
      const target = (['ingest', 'query', 'maintenance', 'all'] as const)[work.events % 4]!;
      if (target === 'all') {
        await work.companion.killAll();
        await work.companion.start();
      } else if (work.events % 8 < 4) {
        await work.companion.killProcess(target);
      }
      work.happened();
      if (work.events % MINUTES_PER_ROUND === 0 && performance.now() < end) {
        await work.auditRound();
        await work.companion.start();
        work.begin();
      }
    }
    return await work.end('soak');
  } finally {
    await work.abandon();
  }
}

/** Resident memory and open files of a process. */
function usage(pid: number): string {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return `${Math.round((pages * 4096) / 2 ** 20)} MiB ${readdirSync(`/proc/${pid}/fd`).length} files`;
  } catch {
    return 'gone';
  }
}
