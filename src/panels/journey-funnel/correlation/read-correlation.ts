import { type DataFrame, FieldType } from '@grafana/data';
import { type Filter, type FunnelMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt, textAt } from '../../../components/find-field';
import { unitNameOf } from '../unit-name';

/** A value of a key, and how those who had it converted beside those who had not. */
export interface Trait {
  key: string;
  value: string | null;
  /** How many had it, and how many of those converted. */
  unitsWith: number;
  convertedWith: number;
  shareWith: number;
  shareWithout: number;
  odds: number;
  oddsLow: number;
  oddsHigh: number;
  pValue: number;
  /** The p-value corrected for how many values were compared. */
  qValue: number;
  /** Share of all units that had it. */
  support: number;
  /** Share of those who converted that had it; NaN where the answer does not tell. */
  convertedSupport: number;
  /** Whether practically all who converted met it on the way: it is not judged. */
  necessary: boolean;
  /** Which requests are meant, beside the query's own filters. */
  filters: Filter[];
}

export interface CorrelationModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitName: string;
  traits: Trait[];
}

/** Reads what goes with converting, in the order of the answer. */
export function readCorrelation(frame: DataFrame): CorrelationModel {
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  const key = fieldNamed(frame, ['key'], FieldType.string);
  const value = fieldNamed(frame, ['value']);
  const number = (name: string) => fieldNamed(frame, [name], FieldType.number);
  const [unitsWith, convertedWith, shareWith, shareWithout] = [
    'units_with',
    'converted_with',
    'share_with',
    'share_without',
  ].map(number);
  const [odds, oddsLow, oddsHigh, pValue, qValue, support, convertedSupport] = [
    'odds_ratio',
    'odds_low',
    'odds_high',
    'p_value',
    'q_value',
    'support',
    'converted_support',
  ].map(number);
  const necessary = fieldNamed(frame, ['necessary'], FieldType.boolean);
  return {
    frame,
    marker,
    unitName: marker ? unitNameOf(marker) : 'units',
    traits: Array.from({ length: frame.length }, (_, row) => ({
      key: textAt(key, row) ?? '',
      value: textAt(value, row) ?? null,
      unitsWith: numberAt(unitsWith, row),
      convertedWith: numberAt(convertedWith, row),
      shareWith: numberAt(shareWith, row),
      shareWithout: numberAt(shareWithout, row),
      odds: numberAt(odds, row),
      oddsLow: numberAt(oddsLow, row),
      oddsHigh: numberAt(oddsHigh, row),
      pValue: numberAt(pValue, row),
      qValue: numberAt(qValue, row),
      support: numberAt(support, row),
      convertedSupport: numberAt(convertedSupport, row),
      necessary: necessary?.values[row] === true,
      filters: marker?.correlated?.[row]?.filters ?? [],
    })),
  };
}

/** The rows as they are drawn. */
export interface ArrangedTraits {
  /** What goes with converting, then what with not, each strongest first. */
  judged: Trait[];
  /** What practically all who converted met on the way, in its order. */
  necessary: Trait[];
}

/** Sets apart what is no finding, and sorts the rest. */
export function arrangeTraits(traits: readonly Trait[]): ArrangedTraits {
  const judged = traits.filter(({ necessary }) => !necessary);
  return {
    judged: [
      ...judged.filter(({ odds }) => odds >= 1).sort((a, b) => b.odds - a.odds),
      ...judged.filter(({ odds }) => !(odds >= 1)).sort((a, b) => a.odds - b.odds),
    ],
    necessary: traits.filter(({ necessary }) => necessary),
  };
}
