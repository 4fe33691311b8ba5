import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { until } from '../companion';
import { memoryDisk } from '../disks';
import { Observer } from '../judge';
import { askForRequests } from '../observe';
import { slowDisk } from '../slow-disk';
import { Workload, type Report, type WorkloadOptions } from '../workload';

/** What a full disk comes to, beside what every run does. */
export interface FullDiskReport extends Report {
  /** Starts while the disk was full, and queries that were answered before there was room. */
  startsWhenFull: number;
  answersWhenFull: number;
}

/** So long it stays full after a start at least, milliseconds. */
const FULL_MS = 2_500;

/** What happens at a disk that is full: it goes on, it is killed and started with room, or without. */
const ENDS = ['goes on', 'is killed', 'starts full'] as const;

/** A small disk that becomes slow and is then filled by others, and emptied again, with kills and starts in between. */
export async function fullDisk(
  options: Omit<WorkloadOptions, 'lake'>,
  count: number,
  progress?: (done: number) => void
): Promise<FullDiskReport> {
  const disk = memoryDisk(join(options.folder, 'disk'), '48m');
  const slow = slowDisk(options.folder);
  const settings = { ingest: { disk_reserve: '64KiB' } };
  const lake = join(disk.path, 'lake');
  const work = await Workload.open({
    noise: true,
    ...options,
    settings,
    lake,
    ...(slow && { env: { ...options.env, ...slow.env } }),
  });
  const ballast = join(disk.path, 'ballast');
  const starts = { startsWhenFull: 0, answersWhenFull: 0 };
  try {
    await work.companion.start();
    work.begin();
    while (work.goesOn(count)) {
      slow?.slow(true);
      await wait(1_000);
      // All that is left, so that writes fail in the midst and not only at the reserve.
      await writeFile(ballast, Buffer.alloc(64 * 2 ** 20)).catch(() => undefined);
      await wait(1_000 + work.random() * 1_500);
      slow?.slow(false);
      const end = ENDS[(work.events + options.seed) % ENDS.length]!;
      if (end !== 'goes on') {
        await work.companion.killAll();
      }
      if (end === 'starts full') {
        await startFull(work, starts);
      }
      await rm(ballast, { force: true });
      if (end === 'is killed') {
        await work.companion.start();
      }
      const before = work.journal.count('ok').requests;
      await until(
        'something to be taken in again',
        () => work.journal.count('ok').requests > before,
        () => work.companion.tail()
      );
      work.happened(progress);
    }
    return { ...(await work.end('full disk')), ...starts };
  } finally {
    await work.abandon();
    disk.remove();
  }
}

/**
 * Starts the companion while the disk is full: what is there can be queried, and senders are told to try again, for as long
 * as it is.
 */
async function startFull(work: Workload, starts: Omit<FullDiskReport, keyof Report>): Promise<void> {
  await work.companion.start();
  starts.startsWhenFull++;
  const observer = new Observer(work.journal, 'r0-', () => work.companion.downAt);
  const began = performance.now();
  await until('an answer on a full disk', async () => {
    const askedAt = performance.now();
    await askForRequests(work.companion.query, 'r0-').then(
      ({ found, awaited }) => observer.observe(found, askedAt, awaited),
      () => undefined
    );
    return observer.answers > 0 && performance.now() - began > FULL_MS;
  });
  starts.answersWhenFull += observer.answers;
  observer.violations.forEach((violation) => work.found(violation));
}
