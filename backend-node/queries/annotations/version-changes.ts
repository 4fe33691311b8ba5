import { pauseAfter } from './pause';

/** Requests of one version of a service, one after another without another version between them. Epoch milliseconds. */
export interface Stretch {
  version: string;
  requests: number;
  first: number;
  last: number;
}

/** A new version of a service, or an earlier one that came back. Epoch milliseconds. */
export interface VersionChange {
  version: string;
  /** The version that led before. */
  previous: string;
  /** First request of the version. */
  time: number;
  /** End of the time in which both answered; absent where they did not, and while they still do. */
  timeEnd?: number;
  /** The version has led before. */
  returned: boolean;
  /** It took over, it answers beside the one before, or it was taken back while the one before went on. */
  outcome: 'replaced' | 'beside' | 'withdrawn';
}

/** Shortest time, and fewest requests of others, after which a version that did not answer is gone. */
const GONE_MS = 5 * 60_000;
const GONE_REQUESTS = 20;
/** Share of the requests, over as long and as many, with which a version has taken over. */
const LEADING_SHARE = 0.9;
/** What is seen this soon after the first request of a service was there before: where data begins, nothing is new. */
const BEGINNING_MS = 10 * 60_000;
/** After this long without a request a version that never led is new again. */
const FORGOTTEN_MS = 86_400_000;
/** A version that never led, and was not seen for this long, was withdrawn. */
const WITHDRAWN_MS = 3_600_000;

interface Version {
  name: string;
  /** In the order in which versions were first seen. */
  index: number;
  /** First request since it is new, or since it came back. */
  first: number;
  last: number;
  /** How many requests of any version there were up to `last`. */
  seenAt: number;
  hasLed: boolean;
  /** The change it came with; undefined for what was there when data begins. */
  change: Change | undefined;
  /** Since when it has answered nearly everything. */
  streak: { from: number; own: number; all: number } | undefined;
  /** Requests since the leading version was last seen, which was the time of this number. */
  sinceLeader: { time: number; requests: number };
  /** Changes that wait until it is gone; those that meanwhile have another version before them are among them. */
  waiting: Change[];
}

interface Change {
  version: string;
  previous: Version;
  time: number;
  returned: boolean;
  tookOver: boolean;
  /** Last request of the version itself, and of the one before. */
  ownLast: number;
  previousLast: number;
  /** The version before is gone. */
  over: boolean;
}

/**
 * Tells deploys from the versions that answered the requests of one service in one environment, in order.
 *
 * - A version that is seen for the first time is a change, at its first request.
 * - It has taken over once it answered nine of ten requests for five minutes and of twenty requests, or once the version
 *   that led before is gone: not seen for five minutes and twenty requests of others.
 * - Where both answered for a while, as with rolling deploys and canaries, the change lasts until the last request of the
 *   version before; of a version that never took over, until its own last request.
 * - A version that led before and takes over again is a change, at its first request since it was gone. Single requests
 *   of it meanwhile are none.
 *
 * Stretches come in the order of their first requests, but for those within one step of time. However many versions there
 * are, a stretch costs the same, and others get their turn meanwhile: whether a version is gone is looked at when it comes back, or is asked for.
 */
export async function versionChanges(stretches: readonly Stretch[]): Promise<VersionChange[]> {
  const timeline = new Timeline();
  for (const [index, stretch] of stretches.entries()) {
    timeline.add(stretch);
    await pauseAfter(index);
  }
  return timeline.changes();
}

class Timeline {
  private readonly versions = new Map<string, Version>();
  private readonly found: Change[] = [];
  /** Those that have a streak: few, since each has answered nine times what came after it began, the next streak included. */
  private readonly streaks = new Set<Version>();
  private leader: Version | undefined;
  /** The two versions that came, or came back, last. */
  private newest: [Version?, Version?] = [];
  /** How often the leading version was seen or changed, and which other one answered most since. */
  private leaderSeen = 0;
  private most: Version | undefined;
  private begin = 0;
  private end = 0;
  private total = 0;

  add(stretch: Stretch): void {
    const { first, last, requests } = stretch;
    const version = this.arrive(stretch);
    const leader = (this.leader ??= this.lead(version));
    this.settle(version, first, this.total);
    const before = this.total;
    this.total += requests;
    this.end = Math.max(this.end, last);
    version.last = Math.max(version.last, last);
    version.seenAt = this.total;
    if (version.change) {
      version.change.ownLast = version.last;
    }
    if (version === leader) {
      this.leaderWasSeen();
    } else {
      this.countSinceLeader(version, requests);
    }
    this.extendStreaks(version, stretch);
    const next = this.successor(version, leader);
    if (next) {
      this.settle(next, first, before);
      if (next.change) {
        this.settle(next.change.previous, first, before);
      }
      this.takeOver(next, leader);
    }
  }

  changes(): VersionChange[] {
    return this.found
      .map((change) => this.describe(change))
      .sort((a, b) => a.time - b.time || (a.version < b.version ? -1 : 1));
  }

  /** The version of a stretch; one that is new, or was gone, begins anew. */
  private arrive({ version: name, first }: Stretch): Version {
    const known = this.versions.get(name);
    if (!known) {
      if (this.versions.size === 0) {
        this.begin = first;
      }
      const version: Version = {
        ...{ name, index: this.versions.size, first, last: first, seenAt: this.total, hasLed: false },
        ...{ streak: undefined, sinceLeader: { time: 0, requests: 0 }, waiting: [] },
        change: first - this.begin < BEGINNING_MS ? undefined : this.open(name, first, false),
      };
      this.cameLast(version);
      this.versions.set(name, version);
      return version;
    }
    const away = known !== this.leader && this.isGone(known, first);
    if (away && known.hasLed) {
      Object.assign(known, { first, change: undefined });
      this.cameLast(known);
    } else if (away && first - known.last >= FORGOTTEN_MS) {
      Object.assign(known, { first, change: this.open(name, first, false) });
      this.cameLast(known);
    }
    return known;
  }

  private cameLast(version: Version): void {
    const [newest, second] = this.newest;
    if (version === newest) {
      return;
    }
    if (!newest || version.first > newest.first) {
      this.newest = [version, newest];
    } else if (!second || version.first > second.first) {
      this.newest = [newest, version];
    }
  }

  private open(version: string, time: number, returned: boolean): Change {
    const change: Change = {
      ...{ version, time, returned, previous: this.current(version), tookOver: false },
      ...{ ownLast: time, previousLast: -Infinity, over: false },
    };
    this.found.push(change);
    change.previous.waiting.push(change);
    return change;
  }

  /** What answers now beside a version: the leading one, or what came after it when that has not answered since. */
  private current(version: string): Version {
    const leader = this.leader!;
    const newest = this.newest.find((each) => each && each.name !== version);
    return newest && newest.first > leader.last ? newest : leader;
  }

  /** Notes of a version that is gone that what came after it is alone since. */
  private settle(version: Version, at: number, total: number): void {
    if (version.waiting.length === 0 || !this.isGone(version, at, total)) {
      return;
    }
    version.waiting = version.waiting.filter((change) => {
      const waits = change.previous === version && !change.over;
      if (waits && change.time < at) {
        Object.assign(change, { previousLast: version.last, over: true });
      }
      return waits && !change.over;
    });
  }

  private leaderWasSeen(): void {
    this.leaderSeen++;
    this.most = undefined;
  }

  private countSinceLeader(version: Version, requests: number): void {
    const { time, requests: before } = version.sinceLeader;
    version.sinceLeader = { time: this.leaderSeen, requests: requests + (time === this.leaderSeen ? before : 0) };
    const ahead = version.sinceLeader.requests - (this.most?.sinceLeader.requests ?? 0);
    if (!this.most || ahead > 0 || (ahead === 0 && version.index < this.most.index)) {
      this.most = version;
    }
  }

  private extendStreaks(version: Version, { first, requests }: Stretch): void {
    const { from, own, all } = version.streak ?? { from: first, own: 0, all: 0 };
    version.streak = { from, own: own + requests, all: all + requests };
    this.streaks.add(version);
    for (const each of this.streaks) {
      const { streak } = each;
      if (each !== version && streak) {
        streak.all += requests;
        if (streak.own < LEADING_SHARE * streak.all) {
          this.endStreak(each);
        }
      }
    }
  }

  private endStreak(version: Version): void {
    version.streak = undefined;
    this.streaks.delete(version);
  }

  /** Who leads from now on, if it is somebody else. */
  private successor(version: Version, leader: Version): Version | undefined {
    if (version === leader) {
      return undefined;
    }
    const { streak } = version;
    if (streak && streak.all >= GONE_REQUESTS && this.end - streak.from >= GONE_MS) {
      return version;
    }
    return this.isGone(leader, this.end) ? this.most : undefined;
  }

  private takeOver(next: Version, leader: Version): void {
    if (next.hasLed) {
      next.change = this.open(next.name, next.first, true);
    }
    // Who leads again did not go: what was said to replace it is not waited for any longer.
    next.waiting.filter(({ previous }) => previous === next).forEach((change) => (change.over = true));
    next.waiting = [];
    this.lead(next);
    if (next.change) {
      const previous = leader.last >= next.change.time ? leader : next.change.previous;
      Object.assign(next.change, { tookOver: true, previous });
      if (!next.change.over) {
        previous.waiting.push(next.change);
      }
      if (this.isGone(previous, this.end)) {
        Object.assign(next.change, { over: true, previousLast: previous.last });
      }
    }
  }

  private lead(version: Version): Version {
    this.leader = version;
    version.hasLed = true;
    this.leaderWasSeen();
    this.streaks.forEach((each) => this.endStreak(each));
    return version;
  }

  private isGone(version: Version, at: number, total = this.total): boolean {
    return at - version.last >= GONE_MS && total - version.seenAt >= GONE_REQUESTS;
  }

  private describe(change: Change): VersionChange {
    const { version, previous, time, returned, tookOver } = change;
    const common = { version, previous: previous.name, time, returned };
    const ended = (end: number) => (end > time ? { timeEnd: end } : {});
    if (tookOver) {
      const over = change.over || this.isGone(previous, this.end);
      const last = change.over ? change.previousLast : previous.last;
      return { ...common, outcome: 'replaced', ...(over ? ended(last) : {}) };
    }
    if (previous.last < time && this.end - time >= GONE_MS) {
      return { ...common, outcome: 'replaced' };
    }
    const own = this.versions.get(version)!;
    const isBackAgain = own.change !== change;
    const withdrawn = isBackAgain || (this.isGone(own, this.end) && this.end - own.last >= WITHDRAWN_MS);
    return withdrawn ? { ...common, outcome: 'withdrawn', ...ended(change.ownLast) } : { ...common, outcome: 'beside' };
  }
}
