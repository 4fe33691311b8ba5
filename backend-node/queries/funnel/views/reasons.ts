import {
  OTHER_GROUP,
  type Field,
  type Frame,
  type FunnelQuery,
  type FunnelReason,
  type FunnelReasonMark,
} from '@apitrail/contract';

import { previousField } from '../../shared/compared';
import { differenceP, oddsRatio } from '../../shared/odds-ratio';
import { CONFIDENCE } from '../../shared/proportion-interval';
import { noticeEmptySteps } from '../empty-steps';
import { PANEL, names, numbers, segmentFields, unitsConfig } from '../fields';
import { detailOf, filtersOf } from '../reasons/describe';
import { HAPPENING_KEYS } from '../reasons/happenings';
import {
  comparedOf,
  fateKey,
  reasonsOf,
  type Fates,
  type Happening,
  type ReasonCount,
  type Reasons,
} from '../reasons/reasons';
import { nobody } from '../result';
import type { FunnelRun, FunnelViewOf } from './view';

/** Why units got to a step and no further: a row per step that was not reached, value of the breakdown, reason and detail. */
export const reasonsView: FunnelViewOf = async ({ query, own, earlier }) => {
  const reasons = await reasonsOf(query, own, query.step);
  const before = earlier && (await reasonsOf(query, earlier, query.step));
  const rows = rowsOf(query, own, reasons, before);
  await noticeWhatIsMissing(query, own, reasons);
  return {
    frames: [reasonsFrame(query, own, rows, before !== undefined)],
    marker: {
      confidence: CONFIDENCE,
      slowFactor: query.slowFactor,
      reasons: rows.map((row): FunnelReasonMark => ({
        step: row.step,
        reason: row.reason,
        ...(query.breakdown === undefined ? {} : { segment: row.place - 1 }),
        filters: row.other ? [] : filtersOf(row.reason, row.happening),
      })),
      reasonSteps: [...reasons.fates].flatMap(([key, { stopped, converted, pending, excluded }]) => {
        const [step, place] = key.split('/').map(Number) as [number, number];
        const known = place <= own.attempts.segments.length;
        return known
          ? [
              {
                step,
                ...(query.breakdown === undefined ? {} : { segment: place - 1 }),
                dropped: stopped.units + excluded,
                pending,
                converted: converted.units,
              },
            ]
          : [];
      }),
    },
  };
};

interface Row {
  step: number;
  place: number;
  reason: FunnelReason;
  happening: Happening | null;
  /** Stands for the details beyond the limit. */
  other: boolean;
  units: number;
  previous: number;
  control: number | null;
  exposed: number | null;
  /** Of all that got to the step before and not to this one. */
  lost: number;
  lostBefore: number;
  fates: Fates | undefined;
}

/** Owners whose errors are nobody's fault but the one's who asked. */
const THEIRS: ReadonlySet<string | null> = new Set(['client', 'auth', 'rate_limit']);

/** In which order the reasons of a step come: first what was done to units and is ours to mend. */
function rank({ reason, happening }: Pick<Row, 'reason' | 'happening'>): number {
  switch (reason) {
    case 'failed':
    case 'failed_elsewhere':
      return happening !== null && THEIRS.has(happening.error_owner) ? 1 : 0;
    case 'slow':
      return 0;
    case 'excluded':
      return 2;
    case 'diverted':
      return 3;
    case 'silent':
      return 4;
    default:
      return 5;
  }
}

function rowsOf(query: FunnelQuery, own: FunnelRun, reasons: Reasons, before: Reasons | undefined): Row[] {
  const rows = new Map<string, Row>();
  const add = (count: ReasonCount, side: 'units' | 'previous') => {
    if (count.place > own.attempts.segments.length) {
      return;
    }
    const { step, place, reason, happening, units } = count;
    // What is slow may differ between the times, and is the same reason.
    const key = JSON.stringify([step, place, reason, happening && HAPPENING_KEYS.map((name) => happening[name])]);
    const row = rows.get(key) ?? {
      ...{ step, place, reason, happening, other: false, units: 0, previous: 0, control: null, exposed: null },
      lost: lostOf(reasons, count),
      lostBefore: before ? lostOf(before, count) : 0,
      fates: reasons.fates.get(fateKey(count)),
    };
    const met = side === 'units' ? { control: count.control, exposed: count.exposed } : {};
    rows.set(key, { ...row, ...met, [side]: row[side] + units });
  };
  reasons.counts.forEach((count) => add(count, 'units'));
  before?.counts.forEach((count) => add(count, 'previous'));
  return withOther([...rows.values()].sort(inOrder), query.reasonLimit);
}

function inOrder(one: Row, other: Row): number {
  return (
    one.step - other.step ||
    one.place - other.place ||
    rank(one) - rank(other) ||
    other.units - one.units ||
    other.previous - one.previous ||
    compareText(textOf(one), textOf(other))
  );
}

const textOf = ({ reason, happening }: Row) => JSON.stringify([reason, happening]);
const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** The details of a reason beyond the limit as one row, after the last that is shown. */
function withOther(rows: readonly Row[], limit: number): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [row.step, row.place, row.reason].join('/');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const others = new Map<Row, Row>();
  const left = new Set<Row>();
  for (const group of groups.values()) {
    const [shown, rest] = [group.slice(0, limit), group.slice(limit)];
    if (rest.length > 0) {
      const sum = (name: 'units' | 'previous') => rest.reduce((total, row) => total + row[name], 0);
      others.set(shown.at(-1)!, {
        ...{ ...rest[0]!, happening: null, other: true, control: null, exposed: null },
        units: sum('units'),
        previous: sum('previous'),
      });
      rest.forEach((row) => left.add(row));
    }
  }
  return rows.flatMap((row) => (left.has(row) ? [] : others.has(row) ? [row, others.get(row)!] : [row]));
}

function lostOf({ fates }: Reasons, at: { step: number; place: number }): number {
  const found = fates.get(fateKey(at));
  return found ? found.stopped.units + found.pending + found.excluded : 0;
}

/** What a row says beside a control, null where there is none to compare with. */
function oddsOf({ fates, control, exposed }: Row) {
  if (!fates || control === null || exposed === null || !(fates.converted.units > 0)) {
    return undefined;
  }
  const [stopped, converted] = comparedOf(fates, { control, exposed });
  return { ...oddsRatio(stopped, converted), p: differenceP(stopped, converted) };
}

function reasonsFrame(query: FunnelQuery, own: FunnelRun, rows: readonly Row[], compared: boolean): Frame {
  const odds = rows.map(oddsOf);
  const texts = (
    name: string,
    displayNameFromDS: string,
    description: string,
    of: (row: Row) => string | null
  ): Field => ({
    name,
    type: 'string',
    values: rows.map(of),
    config: { displayNameFromDS, description },
  });
  // The column of the breakdown is named by its key, in all views.
  const named = (name: string) => (name === query.breakdown ? `request_${name}` : name);
  const key = (
    name: 'service' | 'method' | 'route' | 'error_group' | 'error_owner' | 'error_type',
    title: string
  ): Field => ({
    name: named(name),
    type: 'string',
    values: rows.map(({ happening }) => happening?.[name] ?? null),
    config: { displayNameFromDS: title, filterable: true },
  });
  const share = (units: number, of: number) => (of > 0 ? units / of : null);
  const units = numbers(
    'units',
    rows.map((row) => row.units),
    {
      ...unitsConfig(query),
      description: 'Who got to the step before and, for this reason, not to this one.',
    }
  );
  const shares = numbers(
    'share',
    rows.map((row) => share(row.units, row.lost)),
    {
      displayNameFromDS: 'Share',
      unit: 'percentunit',
      description: 'Of all who got to the step before and not to this one.',
    }
  );
  const ratio = (name: string, title: string, description: string, of: 'ratio' | 'low' | 'high') =>
    numbers(
      name,
      odds.map((one) => one?.[of] ?? null),
      { displayNameFromDS: title, description }
    );
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        rows.map(({ step }) => step),
        { displayNameFromDS: 'Step', description: 'The step that was not reached.' }
      ),
      names(
        query,
        rows.map(({ step }) => step - 1)
      ),
      ...segmentFields(
        query,
        rows.map(({ place }) => own.attempts.segments[place - 1]!)
      ),
      texts(
        'reason',
        'Reason',
        'pending, excluded, failed, failed_elsewhere, slow, diverted or silent.',
        ({ reason }) => reason
      ),
      texts('detail', 'Detail', 'The request it is about.', ({ reason, happening, other }) =>
        other ? OTHER_GROUP : detailOf(reason, happening, query.slowFactor)
      ),
      key('service', 'Service'),
      key('method', 'Method'),
      key('route', 'Route'),
      numbers(
        named('status'),
        rows.map(({ happening }) => happening?.status ?? null),
        { displayNameFromDS: 'Status', filterable: true }
      ),
      key('error_group', 'Error group'),
      key('error_owner', 'Owner'),
      key('error_type', 'Error type'),
      units,
      shares,
      numbers(
        'control_units',
        rows.map(({ control }) => control),
        {
          ...unitsConfig(query),
          displayNameFromDS: 'Control',
          description: 'Who got to this step and met the same on the way.',
        }
      ),
      numbers(
        'control_share',
        rows.map(({ control, fates }) => (control === null || !fates ? null : share(control, fates.converted.units))),
        {
          displayNameFromDS: 'Control share',
          unit: 'percentunit',
          description: 'Of all who got to this step.',
        }
      ),
      numbers(
        'compared_units',
        rows.map(({ exposed }) => exposed),
        {
          ...unitsConfig(query),
          displayNameFromDS: 'Compared',
          description:
            'Who dropped and met it, as far as they were there for as long as those who got on: what the odds ratio compares with the control.',
        }
      ),
      ratio(
        'odds_ratio',
        'Odds ratio',
        'How much higher the odds to have met it are among those who dropped than among those who got on.',
        'ratio'
      ),
      ratio('odds_low', 'Odds ratio, at least', 'Lower bound of the 95 % confidence interval.', 'low'),
      ratio('odds_high', 'Odds ratio, at most', 'Upper bound of the 95 % confidence interval.', 'high'),
      numbers(
        'p_value',
        odds.map((one) => one?.p ?? null),
        {
          displayNameFromDS: 'p-value',
          description: 'How likely shares that far apart would be by chance alone.',
        }
      ),
      ...(compared
        ? [
            previousField(
              units,
              rows.map(({ previous }) => previous),
              'previous_units'
            ),
            previousField(
              shares,
              rows.map(({ previous, lostBefore }) => share(previous, lostBefore)),
              'previous_share'
            ),
          ]
        : []),
    ],
  };
}

/** Says what there is nothing to compare with, and which steps nothing matches. */
async function noticeWhatIsMissing(query: FunnelQuery, own: FunnelRun, { fates }: Reasons): Promise<void> {
  const converted = (step: number) =>
    [...fates].reduce((sum, [key, of]) => sum + (key.startsWith(`${step}/`) ? of.converted.units : 0), 0);
  const steps = [...new Set([...fates.keys()].map((key) => Number(key.split('/')[0])))];
  const without = steps.filter((step) => converted(step) === 0);
  if (without.length > 0) {
    own.context.notice(
      'info',
      `Nobody got to step ${without.join(', ')}: without anybody to compare with, errors elsewhere and slow requests are not called reasons there.`
    );
  }
  const totals = nobody(query.steps.length).map((none, index) => ({
    ...none,
    units:
      index === 0 || query.steps[index]!.optional || (query.step ?? index + 1) !== index + 1
        ? fates.size
        : converted(index + 1),
  }));
  await noticeEmptySteps(query, own, [totals]);
}
