import { dateTimeFormat } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';

import { railOf, type RailPart } from './journey-rail';
import { type TimelineEvent, type TimelineModel, type TimelineSession } from './model';
import { type TimelineOptions } from './options';

/** What is picked out: several of them show what is any of them, none shows everything. */
export type Picked = 'errors' | 'slow' | 'journeys';

/** A row that is drawn. */
export type TimelineItem = { id: string; rail: RailPart } & (
  | { kind: 'day'; time: number }
  | { kind: 'pause'; ms: number }
  | { kind: 'session'; session: TimelineSession; open: boolean }
  | { kind: 'run'; events: TimelineEvent[]; open: boolean }
  | { kind: 'event'; event: TimelineEvent; inRun: boolean }
);

export interface Arranged {
  picks: ReadonlySet<Picked>;
  /** Ids of what is opened or closed other than it is at first. */
  toggled: ReadonlySet<string>;
}

/** Fewer requests in a row that went well are not worth a line of their own. */
const LEAST_RUN = 4;
/** Shorter pauses between sessions are not told of. */
const LEAST_PAUSE_MS = 3_600_000;
const NO_RAIL: RailPart = { before: false, after: false };

/** The rows of a timeline, by day and session, in the order that is asked for. */
export function arrange(
  model: TimelineModel,
  { order, collapseRuns, showJourneys }: Pick<TimelineOptions, 'order' | 'collapseRuns' | 'showJourneys'>,
  { picks, toggled }: Arranged,
  timeZone: TimeZone
): TimelineItem[] {
  const newest = order === 'newest';
  const rail = showJourneys ? railOf(model.sessions) : undefined;
  const flip = ({ before, after, outcome }: RailPart): RailPart =>
    newest ? { before: after, after: before, outcome } : { before, after, outcome };
  const railOfEvent = (event: TimelineEvent) => flip(rail?.events.get(event) ?? NO_RAIL);
  const wanted = (event: TimelineEvent) => (event.kind !== 'journey' || showJourneys) && isPicked(event, picks);
  const shown = model.sessions.flatMap((session, index) => {
    const events = session.events.filter(wanted);
    return picks.size > 0 && events.length === 0 ? [] : [{ session, events, head: rail?.sessions[index] ?? NO_RAIL }];
  });
  if (newest) {
    shown.reverse();
  }
  const items: TimelineItem[] = [];
  let day: string | undefined;
  shown.forEach(({ session, events, head }, index) => {
    const through = head.before ? head : NO_RAIL;
    const before = shown[index - 1]?.session;
    const pause = before && pauseBetween(before, session);
    const date = dateTimeFormat(session.time, { timeZone, format: 'YYYY-MM-DD' });
    if (pause !== undefined && pause >= LEAST_PAUSE_MS) {
      const beside = newest ? shown[index - 1].head : head;
      items.push({ id: `p${session.id}`, kind: 'pause', ms: pause, rail: beside.before ? beside : NO_RAIL });
    }
    if (date !== day) {
      day = date;
      items.push({ id: `d${date}`, kind: 'day', time: session.time, rail: newest ? NO_RAIL : through });
    }
    const open = !toggled.has(session.id);
    const ordered = newest ? [...events].reverse() : events;
    const first = ordered[0] && railOfEvent(ordered[0]);
    const headRail = newest
      ? { before: first?.before ?? false, after: first?.before ?? false, outcome: first?.outcome }
      : through;
    items.push({ id: session.id, kind: 'session', session, open, rail: open ? headRail : NO_RAIL });
    if (open) {
      items.push(...eventItems(ordered, collapseRuns && picks.size === 0, toggled, railOfEvent));
    }
  });
  return items;
}

type Pick<T, K extends keyof T> = { [P in K]: T[P] };

function isPicked(event: TimelineEvent, picks: ReadonlySet<Picked>): boolean {
  return (
    picks.size === 0 ||
    (picks.has('errors') && event.kind === 'error') ||
    (picks.has('slow') && event.slow) ||
    (picks.has('journeys') && event.kind === 'journey')
  );
}

/** From the end of the earlier one to the start of the later. */
function pauseBetween(a: TimelineSession, b: TimelineSession): number {
  const [earlier, later] = a.time <= b.time ? [a, b] : [b, a];
  return later.time - earlier.timeEnd;
}

function eventItems(
  events: TimelineEvent[],
  collapse: boolean,
  toggled: ReadonlySet<string>,
  railOfEvent: (event: TimelineEvent) => RailPart
): TimelineItem[] {
  const items: TimelineItem[] = [];
  const single = (event: TimelineEvent, inRun: boolean): TimelineItem => ({
    id: `e${event.frameRow}`,
    kind: 'event',
    event,
    inRun,
    rail: railOfEvent(event),
  });
  for (let at = 0; at < events.length;) {
    let end = at;
    while (collapse && end < events.length && wentWell(events[end])) {
      end++;
    }
    if (end - at >= LEAST_RUN) {
      const run = events.slice(at, end);
      const id = `r${Math.min(run[0].frameRow, run[run.length - 1].frameRow)}`;
      const open = toggled.has(id);
      items.push({ id, kind: 'run', events: run, open, rail: railOfEvent(run[0]) });
      if (open) {
        items.push(...run.map((event) => single(event, true)));
      }
      at = end;
    } else {
      const to = Math.max(end, at + 1);
      items.push(...events.slice(at, to).map((event) => single(event, false)));
      at = to;
    }
  }
  return items;
}

function wentWell({ kind, slow }: TimelineEvent): boolean {
  return kind === 'request' && !slow;
}
