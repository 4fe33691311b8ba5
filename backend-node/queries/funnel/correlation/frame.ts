import type { Field, Frame, FunnelQuery } from '@apitrail/contract';

import { PANEL, numbers, stepNames, unitsConfig } from '../fields';
import type { Correlated } from './compare';

/** The rows of the view `correlation` as a frame; `step` is what counts as converting, from 1. */
export function correlationFrame(query: FunnelQuery, rows: readonly Correlated[], step: number): Frame {
  const name = stepNames(query)[step - 1]!;
  const text = (field: string, values: string[], displayNameFromDS: string, description: string): Field => ({
    name: field,
    type: 'string',
    values,
    config: { displayNameFromDS, description },
  });
  const column = (field: string, of: (row: Correlated) => number | null, config: Field['config']) =>
    numbers(field, rows.map(of), config ?? {});
  const share = (displayNameFromDS: string, description: string) => ({
    displayNameFromDS,
    unit: 'percentunit',
    description,
  });
  const { displayNameFromDS } = unitsConfig(query);
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      text(
        'key',
        rows.map(({ key }) => key),
        'Key',
        'What was compared.'
      ),
      text(
        'value',
        rows.map(({ value }) => value),
        'Value',
        'Its value; of routes with the method.'
      ),
      column('units_with', ({ units }) => units, {
        displayNameFromDS: `${displayNameFromDS} with it`,
        unit: 'short',
        description: 'Who met it.',
      }),
      column('converted_with', ({ converted }) => converted, {
        displayNameFromDS: 'Converted with it',
        unit: 'short',
        description: `Of those, who got to ${name}.`,
      }),
      column(
        'share_with',
        ({ shareWith }) => shareWith,
        share('Conversion with it', `Share of those who met it that got to ${name}.`)
      ),
      column(
        'share_without',
        ({ shareWithout }) => shareWithout,
        share('Conversion without it', `Share of the others that got to ${name}.`)
      ),
      column('odds_ratio', ({ odds }) => odds.ratio, {
        displayNameFromDS: 'Odds ratio',
        description: 'How many times higher the odds to convert are with it: below 1 it goes with not converting.',
      }),
      column('odds_low', ({ odds }) => odds.low, {
        displayNameFromDS: 'Odds ratio, at least',
        description: 'Lower bound of the 95 % confidence interval.',
      }),
      column('odds_high', ({ odds }) => odds.high, {
        displayNameFromDS: 'Odds ratio, at most',
        description: 'Upper bound of the 95 % confidence interval.',
      }),
      column('p_value', ({ p }) => p, {
        displayNameFromDS: 'p-value',
        description: 'How likely it would be by chance, were it the only one looked at.',
      }),
      column('q_value', ({ q }) => q, {
        displayNameFromDS: 'q-value',
        description:
          'Corrected for how many are compared (Benjamini–Hochberg): of all up to 0.05 about one in twenty is there by chance. None of what is necessary.',
      }),
      column('support', ({ support }) => support, share('Support', 'Share of all that were compared who met it.')),
      column(
        'converted_support',
        ({ convertedSupport }) => convertedSupport,
        share('Support among converted', `Share of those who got to ${name} that met it.`)
      ),
      column('after_step', ({ behind }) => behind, {
        displayNameFromDS: 'After step',
        description:
          'The step that nearly all who met it had reached before: it is compared among those who got that far.',
      }),
      {
        name: 'necessary',
        type: 'boolean',
        values: rows.map(({ necessary }) => necessary),
        config: {
          displayNameFromDS: 'Necessary',
          description: `Practically all who got to ${name} met it on the way: it is no finding that the others did not, and it is not judged.`,
        },
      },
    ],
  };
}
