import { OTHER_GROUP, type Field, type Frame, type FunnelQuery } from '@apitrail/contract';

import { previousField } from '../../shared/compared';
import { differenceP, oddsRatio } from '../../shared/odds-ratio';
import { PANEL, names, numbers, segmentFields, unitsConfig } from '../fields';
import { exposureKey } from '../reasons/counts';
import { detailOf } from '../reasons/describe';
import type { Exposure } from '../reasons/exposures';
import { comparedOf } from '../reasons/fates';
import type { ReasonRow } from './reason-rows';
import type { FunnelRun } from './view';

/** A row with how many met the same, null where there is nothing to compare. */
type ComparedRow = ReasonRow & { control: number | null; exposed: number | null };

/** What a row says beside a control, null where there is none to compare with. */
function oddsOf({ fates, control, exposed }: ComparedRow) {
  if (!fates || control === null || exposed === null || !(fates.converted.units > 0)) {
    return undefined;
  }
  const [stopped, converted] = comparedOf(fates, { control, exposed });
  return { ...oddsRatio(stopped, converted), p: differenceP(stopped, converted) };
}

/** The table of reasons. `met` is how many met what, by `exposureKey`; with `compared` the earlier time stands beside. */
export function reasonsFrame(
  query: FunnelQuery,
  own: FunnelRun,
  { told, met, compared }: { told: readonly ReasonRow[]; met: ReadonlyMap<string, Exposure>; compared: boolean }
): Frame {
  const rows = told.map((row): ComparedRow => {
    const same = row.met ? met.get(exposureKey({ ...row.met, place: row.place })) : undefined;
    return { ...row, control: same?.control ?? null, exposed: same?.exposed ?? null };
  });
  const odds = rows.map(oddsOf);
  const texts = (
    name: string,
    displayNameFromDS: string,
    description: string,
    of: (row: ComparedRow) => string | null
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
