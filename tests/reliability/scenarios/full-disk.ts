import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { until } from '../companion';
import { memoryDisk } from '../disks';
import { Workload, type Report, type WorkloadOptions } from '../workload';

/** A small disk that others fill and empty again, so that there is no room in turns, with kills in between. */
export async function fullDisk(
  options: Omit<WorkloadOptions, 'lake'>,
  count: number,
  progress?: (done: number) => void
): Promise<Report> {
  const disk = memoryDisk(join(options.folder, 'disk'), '48m');
  const settings = { ingest: { disk_reserve: '64KiB' } };
  const work = await Workload.open({ ...options, settings, lake: join(disk.path, 'lake') });
  const ballast = join(disk.path, 'ballast');
  try {
    await work.companion.start();
    work.begin();
    while (work.events < count) {
      await wait(1_000);
      // All that is left, so that writes fail in the midst and not only at the reserve.
      await writeFile(ballast, Buffer.alloc(64 * 2 ** 20)).catch(() => undefined);
      await wait(1_000 + work.random() * 1_500);
      const kill = work.random() < 0.4;
      if (kill) {
        await work.companion.killAll();
      }
      await rm(ballast, { force: true });
      if (kill) {
        await work.companion.start();
      }
      const before = work.journal.count('ok').requests;
      await until(
        'something to be taken in again',
        () => work.journal.count('ok').requests > before,
        () => work.companion.tail()
      );
      work.events++;
      progress?.(work.events);
    }
    return await work.end('full disk');
  } finally {
    await work.companion.killAll();
    disk.remove();
  }
}
