import { type AdHocFilterItem } from '@grafana/ui';
import { type CorrelateExcept, type FunnelMarker, MOST_CORRELATE_EXCEPT } from '@apitrail/contract';

import { type Action, addFilters, copyText, openQuery, openRequests } from '../../../components/actions';
import { type DrillTarget } from '../../../components/drill-down';
import { funnelQuestion } from '../funnel-question';
import { traitName, traitSentence } from './describe-trait';
import { type CorrelationModel, type Trait } from './read-correlation';

interface TraitContext {
  target: DrillTarget | undefined;
  decimals: number;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
}

/** Most keys that a query compares by. */
const MOST_KEYS = 20;

const FOR_GOOD = 'The dashboard stays as it is: to leave it out there too, edit the query of its panel.';

/** What can be done with a trait: its requests, filtering for it, comparing without it, copy. */
export function traitActions(
  trait: Trait,
  model: CorrelationModel,
  { target, decimals, onAddAdHocFilter }: TraitContext
): Array<Array<Action | undefined>> {
  const { marker } = model;
  const { from = 0, to = 0, window = 0 } = marker ?? {};
  return [
    [
      trait.filters.length > 0
        ? openRequests(target, { from, to: to + window, filters: trait.filters }, 'Open these requests')
        : undefined,
      addFilters(onAddAdHocFilter, { [trait.key]: trait.value }, 'Filter for this value'),
    ],
    leaveOut(trait, marker, target),
    [copyText(traitSentence(trait, model, decimals), 'Copy')],
  ];
}

/** Asks again without the value, and without its key where others are left. */
function leaveOut(
  { key, value, ...trait }: Trait,
  marker: FunnelMarker | undefined,
  target: DrillTarget | undefined
): Array<Action | undefined> {
  const compared = marker?.correlation;
  if (!marker || !compared || !target) {
    return [];
  }
  const { except = [], keys } = compared;
  const without = (label: string, more: CorrelateExcept, what: string): Action | undefined =>
    except.length >= MOST_CORRELATE_EXCEPT
      ? {
          label,
          icon: 'minus-circle',
          disabled: `A query leaves out ${MOST_CORRELATE_EXCEPT} at most`,
          run: () => undefined,
        }
      : openQuery(
          target,
          { ...correlationQuestion(marker), correlateExcept: [...except, more] },
          { from: marker.from, to: marker.to },
          { label, description: `Asks again without ${what}. ${FOR_GOOD}`, icon: 'minus-circle' }
        );
  return [
    value === null
      ? undefined
      : without('Leave out of correlation', { key, value }, traitName({ ...trait, key, value })),
    keys.some((other) => other !== key)
      ? without(`Leave ${key} out of correlation`, { key }, `all values of ${key}`)
      : undefined,
  ];
}

/** The question that was compared for, to be asked again. Keys that are left out are named too, so that they can be taken back. */
function correlationQuestion(marker: FunnelMarker) {
  const { keys = [], step, except = [], compareNecessary } = marker.correlation ?? {};
  const left = except.flatMap(({ key, value }) => (value === undefined ? [key] : []));
  const { breakdown, attribution } = marker;
  return {
    ...funnelQuestion(marker),
    view: 'correlation',
    step,
    correlate: [...new Set([...keys, ...left])].slice(0, MOST_KEYS),
    ...(compareNecessary ? { correlateNecessary: true } : {}),
    ...(breakdown === undefined ? {} : { breakdown, attribution }),
  };
}
