import { type TimelineEvent, type TimelineSession } from './model';

/** How a journey stands beside a row: whether it was under way before it and after it, and what became of it. */
export interface RailPart {
  before: boolean;
  after: boolean;
  /** `converted`, or how it ended; undefined while it is not told. */
  outcome?: string;
}

const NO_RAIL: RailPart = { before: false, after: false };
const UNDER_WAY = new Set(['entered', 'reached']);

/** Whether the outcome of a journey's mark says that it is over. */
export function isEnd(outcome: string | undefined): boolean {
  return outcome !== undefined && !UNDER_WAY.has(outcome);
}

/** The rail beside each event, and beside the beginning of each session, in the order of time. */
export function railOf(sessions: TimelineSession[]): { events: Map<TimelineEvent, RailPart>; sessions: RailPart[] } {
  const marks = sessions
    .flatMap(({ events }) => events.filter(({ kind }) => kind === 'journey'))
    .sort((a, b) => a.time - b.time);
  const became = outcomes(marks);
  const events = new Map<TimelineEvent, RailPart>();
  const heads: RailPart[] = [];
  let current: string | undefined;
  // A page may begin in the middle of a journey.
  let active = marks.length > 0 && marks[0].outcome !== 'entered';
  current = active ? became.get(marks[0]) : undefined;
  for (const session of sessions) {
    heads.push(active ? { before: true, after: true, outcome: current } : NO_RAIL);
    for (const event of session.events) {
      if (event.kind !== 'journey') {
        events.set(event, active ? { before: true, after: true, outcome: current } : NO_RAIL);
        continue;
      }
      const before = active;
      current = became.get(event);
      active = !isEnd(event.outcome);
      events.set(event, { before, after: active, outcome: current });
    }
  }
  return { events, sessions: heads };
}

/** What became of the journey of each mark: how the next end says it. */
function outcomes(marks: TimelineEvent[]): Map<TimelineEvent, string | undefined> {
  const became = new Map<TimelineEvent, string | undefined>();
  let outcome: string | undefined;
  for (const mark of [...marks].reverse()) {
    outcome = isEnd(mark.outcome) ? mark.outcome : outcome;
    became.set(mark, outcome);
  }
  return became;
}
