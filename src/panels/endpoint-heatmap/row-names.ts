import { isMethod } from '../../components/http-method';
import { type MeasureText, truncateMiddle } from '../../components/measure';
import { type HeatmapRow } from './matrix';

/** A row's name in parts, so that the method can be told from the route. */
export interface RowName {
  method?: string;
  /** Route, or whatever names the row. */
  main: string;
  /** The beginning of the path that all routes share, such as `/api/v1`. */
  shared: string;
  /** Service and other keys, when they differ between rows. */
  context?: string;
}

/** Widths of the columns of the labels in pixels; 0 where there is no such column. */
export interface LabelColumns {
  context: number;
  method: number;
  main: number;
}

const GAP = 8;
const PADDING = 10;
const MOST_CONTEXT = 90;

/** Names of all rows. What is the same for all of them is left out. */
export function rowNames(rows: HeatmapRow[]): RowName[] {
  const varying = varyingKeys(rows);
  const names = rows.map((row): RowName => {
    const { keys } = row;
    if (!keys || row.other || !keys.route) {
      const parts = /^([A-Z]+) (\S.*)$/.exec(row.label);
      return parts && isMethod(parts[1])
        ? { method: parts[1], main: parts[2], shared: '' }
        : { main: row.label || '(none)', shared: '' };
    }
    const context = Object.entries(keys)
      .filter(([key]) => key !== 'route' && key !== 'method' && varying.has(key))
      .map(([, value]) => value ?? '(none)')
      .join(' ');
    return { method: keys.method ?? undefined, main: keys.route, shared: '', context: context || undefined };
  });
  const shared = sharedPrefix(names.map((name) => name.main).filter((main) => main.startsWith('/')));
  return names.map((name) => (name.main.startsWith(`${shared}/`) ? { ...name, shared } : name));
}

function varyingKeys(rows: HeatmapRow[]): Set<string> {
  const varying = new Set<string>();
  const first = rows.find((row) => row.keys && !row.other)?.keys;
  for (const row of rows) {
    for (const [key, value] of row.other ? [] : Object.entries(row.keys ?? {})) {
      if (first?.[key] !== value) {
        varying.add(key);
      }
    }
  }
  return varying;
}

const SHARED_BY = 0.6;

/** Leading segments that most paths share; empty when they share none. The last segment of a path is never shared. */
export function sharedPrefix(paths: string[]): string {
  let prefix = '';
  for (;;) {
    const counts = new Map<string, number>();
    for (const path of paths) {
      const end = path.indexOf('/', prefix.length + 1);
      if (path.startsWith(`${prefix}/`) && end > 0) {
        const longer = path.slice(0, end);
        counts.set(longer, (counts.get(longer) ?? 0) + 1);
      }
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    if (!most || most[1] < 2 || most[1] < paths.length * SHARED_BY) {
      return prefix;
    }
    prefix = most[0];
  }
}

/** Room that the labels need to be shown in full. */
export function wantedLabelWidth(names: RowName[], measure: MeasureText): number {
  const columns = fullColumns(names, measure);
  return Object.values(columns).reduce((sum, width) => sum + (width > 0 ? width + GAP : 0), 0) - GAP + PADDING;
}

/**
 * Shares the room out. The route comes first: the service goes when there is no room for both, unless rows differ only
 * in it.
 */
export function labelColumns(names: RowName[], width: number, measure: MeasureText): LabelColumns {
  const full = fullColumns(names, measure);
  const method = full.method > 0 ? full.method + GAP : 0;
  const room = width - PADDING - method;
  const context = Math.min(full.context, MOST_CONTEXT, Math.max(0, room * 0.4));
  const needed = new Set(names.map((n) => `${n.method} ${n.main}`)).size < names.length;
  const shown = full.context > 0 && (needed || room - context - GAP >= Math.min(full.main, 150));
  return {
    context: shown ? Math.ceil(context) : 0,
    method: Math.ceil(full.method),
    main: Math.max(0, Math.floor(room - (shown ? context + GAP : 0))),
  };
}

function fullColumns(names: RowName[], measure: MeasureText): LabelColumns {
  const most = (part: (name: RowName) => string | undefined) =>
    names.reduce((width, name) => Math.max(width, Math.ceil(measure(part(name) ?? ''))), 0);
  return {
    context: Math.min(
      MOST_CONTEXT,
      most((n) => n.context)
    ),
    method: most((n) => n.method),
    main: most((n) => n.main),
  };
}

/** A route in the room there is: what all routes share is cut first. */
export function shortName({ main, shared }: RowName, width: number, measure: MeasureText): string {
  if (shared === '' || measure(main) <= width) {
    return truncateMiddle(main, width, measure);
  }
  const rest = `…${main.slice(shared.length)}`;
  return measure(rest) <= width ? rest : truncateMiddle(rest, width, measure);
}
