import { type TimeZone } from '@grafana/schema';

import { ownerOf } from '../../components/error-owners';
import { formatCount, formatDuration, formatTime, formatTimeRange, plural } from '../../components/format';
import { type TooltipRow } from '../../components/PanelTooltip';
import { type TimelineItem } from './arrange';
import { type TimelineEvent, type TimelineModel, type TimelineSession } from './model';

/** A day in a heading. */
export function dayName(time: number, timeZone: TimeZone): string {
  return formatTime(time, timeZone, 'dddd, D MMMM YYYY');
}

const HOUR = 3_600_000;

/** A pause in words: `3 days`, `5 hours`, `1 day 4 hours`. */
export function pauseText(ms: number): string {
  const hours = Math.round(ms / HOUR);
  const [days, rest] = [Math.floor(hours / 24), hours % 24];
  if (days === 0) {
    return plural(hours, 'hour');
  }
  return days > 3 || rest === 0
    ? plural(Math.round(ms / HOUR / 24), 'day')
    : `${plural(days, 'day')} ${plural(rest, 'hour')}`;
}

/** A session in words, without when it was. */
export function sessionText({ time, timeEnd, requests, errors, events, older = 0 }: TimelineSession): string {
  const failed = errors > 0 ? `, ${plural(errors, 'error')}` : '';
  const hidden = requests - events.filter(({ kind }) => kind !== 'journey').length;
  const rest =
    older > 0 && older <= hidden
      ? ` (${formatCount(older)} older${hidden > older ? ` and ${formatCount(hidden - older)} newer` : ''} on other pages)`
      : hidden > 0
        ? ` (${formatCount(hidden)} not on this page)`
        : '';
  return `${formatDuration(Math.max(0, timeEnd - time))}, ${plural(requests, 'request')}${rest}${failed}`;
}

/** What was asked: `POST /api/orders`. */
export function askedFor({ method, route, title }: TimelineEvent): string {
  return route === undefined ? title : [method, route].filter(Boolean).join(' ');
}

/** What an error says of itself, beside its status: its owner and its message. */
export function errorText({ errorOwner, errorMessage, errorGroup }: TimelineEvent): string {
  const owner = ownerOf(errorOwner);
  return [owner && `${owner.label}: ${owner.meaning}`, errorMessage ?? errorGroup].filter(Boolean).join(' · ');
}

/** A run of requests in words. */
export function runText(events: TimelineEvent[]): string {
  return `${plural(events.length, 'request')}, all fine`;
}

/** The routes of a run, most first: `/api/products ×4, /api/cart`. */
export function runRoutes(events: TimelineEvent[]): string {
  const counts = new Map<string, number>();
  for (const event of events) {
    const name = event.route ?? event.title;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => (count > 1 ? `${name} ×${count}` : name))
    .join(', ');
}

/** The lines of a request's tooltip. */
export function describeEvent(event: TimelineEvent): TooltipRow[] {
  const lines: Array<TooltipRow | false> = [
    event.status !== undefined && { label: 'Status', value: event.status, strong: true },
    !Number.isNaN(event.durationMs) && {
      label: 'Duration',
      value: formatDuration(event.durationMs),
      strong: event.slow,
    },
    !Number.isNaN(event.usualMs) && { label: 'Usual p95 of this endpoint', value: formatDuration(event.usualMs) },
    event.service !== undefined && { label: 'Service', value: event.service },
    event.errorOwner !== undefined && { label: 'Owner', value: ownerOf(event.errorOwner)?.label ?? event.errorOwner },
    event.errorGroup !== undefined && { label: 'Error group', value: event.errorGroup },
    event.session !== undefined && { label: 'Session', value: event.session },
    event.traceId !== undefined && { label: 'Trace', value: event.traceId },
  ];
  return lines.filter((line) => line !== false);
}

/** A row in one sentence, for those who do not see it. */
export function itemSentence(item: TimelineItem, timeZone: TimeZone): string {
  switch (item.kind) {
    case 'day':
      return dayName(item.time, timeZone);
    case 'pause':
      return `${pauseText(item.ms)} between sessions`;
    case 'session':
      return `Session, ${formatTimeRange(item.session.time, item.session.timeEnd, timeZone)}, ${sessionText(item.session)}`;
    case 'run':
      return `${runText(item.events)}: ${runRoutes(item.events)}`;
    case 'event':
      return eventSentence(item.event, timeZone);
  }
}

function eventSentence(event: TimelineEvent, timeZone: TimeZone): string {
  const at = formatTime(event.time, timeZone, 'HH:mm:ss');
  if (event.kind === 'journey') {
    return `${at}, journey: ${event.title}`;
  }
  const parts = [
    at,
    event.kind === 'error' ? 'error' : undefined,
    askedFor(event),
    event.status === undefined ? undefined : `status ${event.status}`,
    Number.isNaN(event.durationMs) ? undefined : formatDuration(event.durationMs),
    event.slow ? `slow, usually within ${formatDuration(event.usualMs)}` : undefined,
    event.kind === 'error' ? errorText(event) : undefined,
  ];
  return parts.filter(Boolean).join(', ');
}

/** What the timeline amounts to, in words. */
export function timelineSummary({ counts, missing, sessions }: TimelineModel, timeZone: TimeZone): string {
  const first = sessions[0];
  const last = sessions[sessions.length - 1];
  const span = first && last && missing === 0 ? `, ${formatTimeRange(first.time, last.timeEnd, timeZone)}` : '';
  const rest = missing > 0 ? `; ${plural(missing, 'row')} on other pages` : '';
  return `${plural(counts.requests, 'request')} in ${plural(counts.sessions, 'session')}, ${plural(counts.errors, 'error')}${span}${rest}`;
}

/** Which part of a long timeline is shown, and how to see the rest. */
export function pageText({ frame, marker }: TimelineModel): string {
  const first = (marker?.offset ?? 0) + 1;
  const rows = `${formatCount(first)} to ${formatCount(first + frame.length - 1)}`;
  return `This is a part of a long timeline, rows ${rows} of ${formatCount(marker?.total ?? frame.length)}. A shorter time range shows all of its own.`;
}
