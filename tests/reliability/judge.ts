import type { Journal } from './journal';

/** What a query or a reading of the files found of a request: how many rows, and how many different ones. */
export interface Found {
  client: string;
  request: number;
  rows: number;
  different: number;
}

/** Something that must not be. */
export interface Violation {
  kind:
    | ('lost' | 'twice' | 'part' | 'refused but there' | 'never sent' | 'vanished' | 'hole')
    | ('forgotten' | 'reject' | 'left out' | 'session' | 'lake');
  what: string;
}

/** How it ended, by requests. */
export interface Verdict {
  violations: Violation[];
  /** Acknowledged, and there. */
  kept: number;
  /** Of unknown outcome, and there. */
  unknownThere: number;
  unknownNotThere: number;
}

const nameOf = ({ client, request }: { client: string; request: number }) => `${client}/${request}`;

/**
 * Compares what is there at the end with what senders were told: acknowledged is there once, refused is not, and of what
 * nobody knows all is there or nothing.
 */
export function judge(journal: Journal, found: readonly Found[]): Verdict {
  const violations = foundViolations(journal, found);
  const there = new Set(found.map(nameOf));
  const verdict: Verdict = { violations, kept: 0, unknownThere: 0, unknownNotThere: 0 };
  for (const sent of journal.all()) {
    const isThere = there.has(nameOf(sent));
    if (sent.outcome === 'ok') {
      verdict.kept += isThere ? 1 : 0;
      if (!isThere) {
        violations.push({ kind: 'lost', what: `${nameOf(sent)}: ${sent.rows} rows that were acknowledged` });
      }
    } else if (sent.outcome !== 'refused') {
      verdict[isThere ? 'unknownThere' : 'unknownNotThere']++;
    }
  }
  return verdict;
}

/** What is wrong with what was found at any moment: rows twice, requests in part, and what was refused or never sent. */
export function foundViolations(journal: Journal, found: readonly Found[]): Violation[] {
  return found.flatMap((each): Violation[] => {
    const sent = journal.find(each.client, each.request);
    const name = nameOf(each);
    if (!sent) {
      return [{ kind: 'never sent', what: `${name}: ${each.rows} rows` }];
    }
    if (sent.outcome === 'refused') {
      return [{ kind: 'refused but there', what: `${name}: ${each.rows} rows` }];
    }
    return [
      ...(each.rows === each.different
        ? []
        : [{ kind: 'twice' as const, what: `${name}: ${each.rows} rows, ${each.different} of them different` }]),
      ...(each.different === sent.rows
        ? []
        : [{ kind: 'part' as const, what: `${name}: ${each.different} of ${sent.rows} rows` }]),
    ];
  });
}

/** What one reader sees of the clients of a round, one answer after the other. */
export class Observer {
  readonly violations: Violation[] = [];
  answers = 0;
  /** Longest time from an acknowledgement to an answer that was asked for later and lacked the request, milliseconds. */
  longestUnseen = 0;
  private readonly seen = new Map<string, Set<number>>();

  /**
   * `prefix` is how the names of the clients begin, `downAt` when all processes were last gone: who starts again answers no
   * query before all that was acknowledged is back.
   */
  constructor(
    private readonly journal: Journal,
    private readonly prefix = '',
    private readonly downAt = (): number => -Infinity
  ) {}

  /**
   * Takes in an answer to a query that was asked at a time of the monotonic clock. One that says that acknowledged requests
   * are `awaited` may lack some.
   */
  observe(found: readonly Found[], askedAt: number, awaited = false): void {
    this.answers++;
    this.violations.push(...foundViolations(this.journal, found));
    if (awaited) {
      return;
    }
    const now = new Map<string, Set<number>>();
    for (const { client, request } of found) {
      now.set(client, (now.get(client) ?? new Set()).add(request));
    }
    for (const [client, requests] of this.seen) {
      for (const request of requests) {
        if (!now.get(client)?.has(request)) {
          this.violations.push({ kind: 'vanished', what: `${client}/${request} was seen before` });
        }
      }
    }
    this.lookForHoles(now, askedAt);
    for (const [client, requests] of now) {
      this.seen.set(client, requests);
    }
  }

  /** A client sends one after the other: what was acknowledged before another was sent is there when the other is. */
  private lookForHoles(now: ReadonlyMap<string, ReadonlySet<number>>, askedAt: number): void {
    const downAt = this.downAt();
    const newest = new Map([...now].map(([client, requests]) => [client, maximum(requests)]));
    for (const { client, request, outcome, acknowledgedAt = askedAt } of this.journal.all(this.prefix)) {
      if (outcome !== 'ok' || now.get(client)?.has(request)) {
        continue;
      }
      this.longestUnseen = Math.max(this.longestUnseen, askedAt - acknowledgedAt);
      if (acknowledgedAt < downAt && askedAt > downAt) {
        this.violations.push({
          kind: 'hole',
          what: `${client}/${request} was acknowledged before a start, and is not there`,
        });
      }
      if ((newest.get(client) ?? -1) > request) {
        this.violations.push({ kind: 'hole', what: `${client}/${request} is not there, a later one is` });
      }
    }
  }
}

function maximum(numbers: ReadonlySet<number>): number {
  let most = -Infinity;
  for (const number of numbers) {
    most = Math.max(most, number);
  }
  return most;
}
