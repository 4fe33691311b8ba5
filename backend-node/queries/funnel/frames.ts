import type { Field, FieldConfig, Frame, FunnelQuery } from '@apitrail/contract';

import { comparedNumber, previousField } from '../shared/compared';
import { SIGNIFICANCE, isNormalEnough, twoProportionP, type Proportion } from '../shared/significance';
import { MEDIAN, P90, PANEL, unitsConfig, names, numbers } from './fields';
import { conversion, losses, type FunnelResult, type FunnelStepTotals } from './result';

type Totals = readonly FunnelStepTotals[];

/** A column of a step, and what it is of one range's totals. */
interface Column {
  name: string;
  of(totals: Totals, index: number): number | null;
  config: FieldConfig;
}

const COLUMNS: readonly Column[] = [
  {
    name: 'conversion',
    of: (totals, index) => conversion(totals, index, 0),
    config: {
      displayNameFromDS: 'Conversion',
      unit: 'percentunit',
      description: 'Share of the first step’s units that got here.',
    },
  },
  {
    name: 'step_conversion',
    of: (totals, index) => (index === 0 ? null : conversion(totals, index, index - 1)),
    config: {
      displayNameFromDS: 'Step conversion',
      unit: 'percentunit',
      description: 'Share of the units of the step before that got here.',
    },
  },
  {
    name: 'dropped',
    of: (totals, index) => losses(totals, index).dropped,
    config: {
      displayNameFromDS: 'Dropped',
      unit: 'short',
      description: 'Got to the step before, not here, and the time to do so is over.',
    },
  },
  {
    name: 'pending',
    of: (totals, index) => losses(totals, index).pending,
    config: {
      displayNameFromDS: 'Pending',
      unit: 'short',
      description: 'Got to the step before, not here, and may still do so.',
    },
  },
  { name: 'median_ms', of: (totals, index) => totals[index]!.medianMs, config: MEDIAN },
  { name: 'p90_ms', of: (totals, index) => totals[index]!.p90Ms, config: P90 },
];

/** A row per step. What `dropped` and `pending` count got to the step before and not to this one. */
export function stepsFrame(query: FunnelQuery, own: FunnelResult, before: FunnelResult | undefined): Frame {
  const indexes = query.steps.map((_, index) => index);
  const columns: Column[] = [
    { name: 'units', of: (totals, index) => totals[index]!.units, config: unitsConfig(query) },
  ];
  const all = [...columns, ...COLUMNS];
  const fieldOf = ({ name, of, config }: Column) =>
    numbers(
      name,
      indexes.map((index) => of(own.totals, index)),
      config
    );
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        indexes.map((index) => index + 1),
        { displayNameFromDS: 'Step' }
      ),
      names(query, indexes),
      ...all.map(fieldOf),
      ...(before
        ? [
            ...all.map((column) =>
              previousField(
                fieldOf(column),
                indexes.map((index) => column.of(before.totals, index)),
                `previous_${column.name}`
              )
            ),
            ...testFields(own, before),
          ]
        : []),
    ],
  };
}

/** Whether the conversion from the step before has changed by more than chance would. */
function testFields(own: FunnelResult, before: FunnelResult): Field[] {
  const tests = own.totals.map((_, index) => {
    // Weights make more of the units than were seen, and chance smaller than it is.
    if (index === 0 || own.weighted || before.weighted) {
      return { p: null, significant: null };
    }
    const samples = [own, before].map(({ totals }) => decided(totals, index)) as [Proportion, Proportion];
    const p = twoProportionP(...samples);
    return { p, significant: p === null ? null : p < SIGNIFICANCE && isNormalEnough(...samples) };
  });
  return [
    numbers(
      'p_value',
      tests.map(({ p }) => p),
      {
        displayNameFromDS: 'p-value',
        description: 'How likely a step conversion that far from the earlier one is by chance alone.',
        min: 0,
        max: 1,
      }
    ),
    {
      name: 'significant',
      type: 'boolean',
      values: tests.map(({ significant }) => significant),
      config: {
        displayNameFromDS: 'Significant',
        description: `Whether the step conversion has changed: p-value below ${SIGNIFICANCE}, of enough units.`,
      },
    },
  ];
}

/** How many of those that got to the step before got here; who may still do so is left out. */
function decided(totals: Totals, index: number): Proportion {
  const { units } = totals[index]!;
  return { count: units, of: units + losses(totals, index).dropped };
}

/** The one number an alert looks at. */
export function numericFrame(
  query: FunnelQuery,
  own: FunnelResult,
  before: FunnelResult | undefined,
  step: number
): Frame {
  const index = step - 1;
  const valueOf = ({ totals }: FunnelResult) =>
    ({
      units: totals[index]!.units,
      conversion: conversion(totals, index, 0),
      step_conversion: index === 0 ? null : conversion(totals, index, index - 1),
    })[query.metric];
  const config = query.metric === 'units' ? unitsConfig(query) : { unit: 'percentunit' };
  const field = numbers(query.metric, [valueOf(own)], config);
  return {
    meta: { type: 'numeric-long' },
    fields: [before ? comparedNumber(field, [valueOf(before)], query.compare) : field],
  };
}
