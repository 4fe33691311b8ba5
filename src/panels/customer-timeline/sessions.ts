import { type ContinuedSession } from '@apitrail/contract';

import { type TimelineEvent, type TimelineRow, type TimelineSession } from './model';

/** A longer pause begins another visit, where there are no session ids. */
const VISIT_GAP_MS = 1_800_000;

const KIND_RANK = { session: 0, request: 1, error: 2, journey: 3 };
const OUTCOME_RANK: Record<string, number> = { entered: 0, reached: 1, converted: 2 };
const ENDED_RANK = 3;

/**
 * Puts rows into sessions: those that have a row of their own, those that began on an older page, and those that are only known by
 * their requests.
 */
export function sessionsOf(rows: TimelineRow[], continued: readonly ContinuedSession[] = []): TimelineSession[] {
  const ordered = [...rows].sort(inOrder);
  const sessions = [
    ...continued.map(continuedSession),
    ...ordered.filter(({ kind }) => kind === 'session').map(sessionOf),
  ];
  const byId = new Map<string, TimelineSession>();
  const unnamed: TimelineSession[] = [];
  for (const session of sessions) {
    if (session.session === undefined) {
      unnamed.push(session);
    } else {
      byId.set(session.session, session);
    }
  }
  const journeys: TimelineRow[] = [];
  for (const row of ordered) {
    if (row.kind === 'session') {
      continue;
    }
    if (row.kind === 'journey' && row.session === undefined) {
      journeys.push(row);
      continue;
    }
    addRow(row, byId, unnamed, sessions);
  }
  for (const row of journeys) {
    const session = sessionAt(sessions, row.time) ?? begin(row, sessions);
    session.events.push(row as TimelineEvent);
  }
  for (const session of sessions) {
    session.events = mergedEnds(session.events.sort(inOrder));
    session.slow = session.events.filter(({ slow }) => slow).length;
  }
  return sessions
    .filter(({ id, events }) => events.length > 0 || !id.startsWith(CONTINUED))
    .sort((a, b) => a.time - b.time);
}

function inOrder(a: Sortable, b: Sortable): number {
  return (
    a.time - b.time ||
    KIND_RANK[a.kind] - KIND_RANK[b.kind] ||
    (a.step || 0) - (b.step || 0) ||
    rankOf(a.outcome) - rankOf(b.outcome)
  );
}

type Sortable = Pick<TimelineRow, 'time' | 'kind' | 'step' | 'outcome'>;

function rankOf(outcome: string | undefined): number {
  return OUTCOME_RANK[outcome ?? ''] ?? ENDED_RANK;
}

function sessionOf(row: TimelineRow): TimelineSession {
  const { session, time, timeEnd, requests, errors, frameRow } = row;
  return { id: `s${frameRow}`, session, time, timeEnd, requests, errors, slow: 0, events: [] };
}

const CONTINUED = 'c';

function continuedSession({ session, ...told }: ContinuedSession, index: number): TimelineSession {
  return { ...told, id: `${CONTINUED}${index}`, session: session ?? undefined, slow: 0, events: [] };
}

function addRow(
  row: TimelineRow,
  byId: Map<string, TimelineSession>,
  unnamed: TimelineSession[],
  sessions: TimelineSession[]
): void {
  const known =
    row.session === undefined
      ? unnamed.findLast(({ time, timeEnd }) => row.time >= time && row.time <= timeEnd + VISIT_GAP_MS)
      : byId.get(row.session);
  const session = known ?? begin(row, sessions);
  if (!known) {
    if (row.session === undefined) {
      unnamed.push(session);
    } else {
      byId.set(row.session, session);
    }
  }
  session.events.push(row as TimelineEvent);
  if (session.id.startsWith(MADE)) {
    session.timeEnd = Math.max(session.timeEnd, row.timeEnd);
    session.requests += row.kind === 'journey' ? 0 : 1;
    session.errors += row.kind === 'error' ? 1 : 0;
  }
}

const MADE = 'm';

function begin(row: TimelineRow, sessions: TimelineSession[]): TimelineSession {
  const session = { ...sessionOf(row), id: `${MADE}${row.frameRow}`, requests: 0, errors: 0 };
  sessions.push(session);
  return session;
}

/** The session something without one belongs to: that of a request of the same moment, or the last one begun before. */
function sessionAt(sessions: TimelineSession[], time: number): TimelineSession | undefined {
  return (
    sessions.find(({ events }) => events.some((event) => event.time === time)) ??
    sessions.findLast((session) => time >= session.time && time <= session.timeEnd) ??
    sessions.findLast((session) => time >= session.time)
  );
}

/** A step and that the journey ended right after it are one mark. */
function mergedEnds(events: TimelineEvent[]): TimelineEvent[] {
  const merged: TimelineEvent[] = [];
  for (const event of events) {
    const before = merged.at(-1);
    const ends = event.kind === 'journey' && rankOf(event.outcome) === ENDED_RANK;
    if (ends && before?.kind === 'journey' && before.time === event.time && before.step === event.step) {
      merged[merged.length - 1] = {
        ...before,
        outcome: event.outcome,
        title: `${before.title}, ${AFTER[event.outcome ?? ''] ?? event.outcome} after it`,
      };
    } else {
      merged.push(event);
    }
  }
  return merged;
}

const AFTER: Record<string, string> = { pending: 'open' };
