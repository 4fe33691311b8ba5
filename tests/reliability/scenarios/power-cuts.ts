import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { PowerCutDisk } from '../disks';
import type { Violation } from '../judge';
import { Workload, type Report, type WorkloadOptions } from '../workload';

/**
 * Cuts the power of the disk the lake is on at random moments: what was written and not flushed is gone, as is every
 * process. After each cut all that was acknowledged must be there.
 */
export async function powerCuts(
  options: Omit<WorkloadOptions, 'lake'>,
  count: number,
  progress?: (done: number) => void
): Promise<Report> {
  const disk = new PowerCutDisk(join(options.folder, 'disk'), 512);
  const lake = join(disk.path, 'lake');
  // Of rules, so that what is kept beside the rows is under test, too.
  const work = await Workload.open({ noise: true, ...options, lake });
  try {
    await work.companion.start();
    while (work.goesOn(count)) {
      work.begin(0);
      await wait(300 + work.random() * 2_500);
      // The system may say of a flush during the cut that it worked, and processes go on for a moment.
      work.journal.dark = true;
      disk.cut();
      await work.companion.killAll();
      await work.endRound();
      work.journal.dark = false;
      await disk.restore();
      anotherBoot(lake, work.events);
      const violations = await comesBack(work);
      work.happened(progress);
      if (violations.length > 0) {
        break;
      }
    }
    return await work.end('power cuts', false);
  } finally {
    await work.abandon();
    disk.remove();
  }
}

/** Starts the companion after a cut. Gives what is wrong; that it does not come back, too. */
async function comesBack(work: Workload): Promise<readonly Violation[]> {
  try {
    await work.companion.start();
    return await work.check();
  } catch (error) {
    return [work.found({ kind: 'lake', what: `The companion does not come back: ${(error as Error).message}` })];
  }
}

/** After a real power cut the machine has booted again: the hot files are those of a boot before. */
function anotherBoot(lake: string, number: number): void {
  const hot = join(lake, '.apitrail', 'hot');
  for (const name of existsSync(hot) ? readdirSync(hot) : []) {
    if (!name.startsWith('boot-before')) {
      renameSync(join(hot, name), join(hot, `boot-before-${number}`));
    }
  }
}
