import { mkdir, readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';

import { replaceFile } from '../durable';
import { stateDirectory } from '../layout';
import { ownIdentity } from '../process-identity';

/** The clock may be set by this much without anybody minding, milliseconds. */
const TOLERANCE_MS = 10 * 60_000;
/** Over a boot of the machine only the clock itself is there to be asked: it may be off this long, milliseconds. */
const OFF_MS = 86_400_000;
/** How long the clock must have gone steadily before it is believed again, milliseconds. */
export const HOLD_MS = 86_400_000;

/** What was last seen of the clock. */
export interface ClockMark {
  /** Epoch milliseconds. */
  wall: number;
  /** Id of the boot of the machine; empty where there is none. */
  boot: string;
  /** Time since that boot, milliseconds: it goes on whatever the clock is set to. */
  uptime: number;
  /** Time that must still pass before the clock is believed, milliseconds; 0 when it is. */
  hold: number;
}

/** Now, by the clock and by what cannot be set. */
export type ClockReading = Omit<ClockMark, 'hold'>;

/**
 * Whether the clock can be believed enough to delete by it. A clock that jumps ahead makes everything look old; so what
 * deletes by age waits until the clock has gone steadily for a day after a jump, or after a pause of the machine in which
 * nobody saw it go. `newest` is when the lake was last written, for when the clock was never looked at before.
 */
export function judgeClock(before: ClockMark | undefined, now: ClockReading, newest?: number): ClockMark {
  if (!before) {
    const unseen = newest !== undefined && Math.abs(now.wall - newest) > OFF_MS;
    return { ...now, hold: unseen ? HOLD_MS : 0 };
  }
  const passed = now.wall - before.wall;
  const sameBoot = before.boot === now.boot && now.uptime >= before.uptime;
  if (!sameBoot) {
    return { ...now, hold: passed > OFF_MS || passed < -TOLERANCE_MS ? HOLD_MS : before.hold };
  }
  const steady = now.uptime - before.uptime;
  return { ...now, hold: Math.abs(passed - steady) > TOLERANCE_MS ? HOLD_MS : Math.max(0, before.hold - steady) };
}

/** Remembers the clock of a lake's maintenance in `DIR/.apitrail/maintenance/clock.json`. */
export class ClockGuard {
  private readonly path: string;

  constructor(lake: string) {
    this.path = join(stateDirectory(lake), 'maintenance', 'clock.json');
  }

  /** Looks at the clock and notes it. `newest`: when the lake was last written, epoch milliseconds. */
  async look(newest?: number): Promise<ClockMark> {
    const mark = await this.peek(newest);
    await mkdir(join(this.path, '..'), { recursive: true, mode: 0o700 });
    await replaceFile(this.path, JSON.stringify(mark));
    return mark;
  }

  /** Looks at the clock without noting it. */
  async peek(newest?: number): Promise<ClockMark> {
    return judgeClock(await this.read(), await readClock(), newest);
  }

  private async read(): Promise<ClockMark | undefined> {
    try {
      const mark = JSON.parse(await readFile(this.path, 'utf8')) as ClockMark;
      return [mark.wall, mark.uptime, mark.hold].every(Number.isFinite) ? mark : undefined;
    } catch {
      return undefined;
    }
  }
}

async function readClock(): Promise<ClockReading> {
  const [, boot = ''] = (await ownIdentity()).machine.split(' ');
  return { wall: Date.now(), boot, uptime: uptime() * 1000 };
}
