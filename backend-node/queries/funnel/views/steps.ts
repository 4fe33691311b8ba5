import type { Field, FieldConfig, Frame, FunnelQuery } from '@apitrail/contract';

import { comparedNumber, previousField } from '../../shared/compared';
import { CONFIDENCE, shareInterval } from '../../shared/proportion-interval';
import { SIGNIFICANCE, isNormalEnough, twoProportionP, type Proportion } from '../../shared/significance';
import { MEDIAN, P90, PANEL, names, numbers, segmentFields, unitsConfig } from '../fields';
import { noticeEmptySteps } from '../empty-steps';
import { readTotals } from '../read-totals';
import { conversion, losses, nobody, sampleSize, stepBefore, type FunnelResult, type Totals } from '../result';
import type { FunnelViewOf } from './view';

/** How many get to each step: a row per segment and step, or the one number an alert looks at. */
export const stepsView: FunnelViewOf = async ({ query, own, earlier }) => {
  const result = await readTotals(query, own);
  const before = earlier && (await readTotals(query, earlier));
  if (!own.context.forAlerting) {
    await noticeEmptySteps(query, own, result.totals);
  }
  const frame = query.format === 'numeric' ? numericFrame : stepsFrame;
  return {
    frames: [frame(query, result, before)],
    marker: { confidence: CONFIDENCE, ...(before ? { significance: SIGNIFICANCE } : {}) },
    withoutUnit: result.withoutUnit,
  };
};

/** A column of a step, and what it is of one range's totals. */
interface Column {
  name: string;
  of(totals: Totals, index: number): number | null;
  config: FieldConfig;
  /** Whether a comparison has it too. */
  compared?: false;
}

/** The columns of a query. What `dropped` and `pending` count got to the step before and not to this one. */
function columnsOf(query: FunnelQuery): Column[] {
  const share = (name: string, description: string, base: (index: number) => number | undefined): Column[] => {
    const title = name === 'conversion' ? 'Conversion' : 'Step conversion';
    const of = (totals: Totals, index: number) => conversion(totals, index, base(index));
    const interval = (totals: Totals, index: number) =>
      shareInterval(of(totals, index), sampleSize(totals, base(index) ?? 0));
    const bound = `bound of the 95 % confidence interval (Wilson) of the ${title.toLowerCase()}.`;
    return [
      { name, of, config: { displayNameFromDS: title, unit: 'percentunit', description } },
      {
        name: `${name}_low`,
        of: (totals, index) => interval(totals, index)?.low ?? null,
        config: { displayNameFromDS: `${title}, at least`, unit: 'percentunit', description: `Lower ${bound}` },
        compared: false,
      },
      {
        name: `${name}_high`,
        of: (totals, index) => interval(totals, index)?.high ?? null,
        config: { displayNameFromDS: `${title}, at most`, unit: 'percentunit', description: `Upper ${bound}` },
        compared: false,
      },
    ];
  };
  const loss = (name: 'dropped' | 'pending' | 'excluded', displayNameFromDS: string, description: string): Column => ({
    name,
    of: (totals, index) => losses(query, totals, index)[name],
    config: { displayNameFromDS, unit: 'short', description },
  });
  const before = query.steps.some(({ optional }) => optional)
    ? 'the step before that cannot be left out'
    : 'the step before';
  const [entry, entryLow, entryHigh, step, stepLow, stepHigh] = [
    ...share('conversion', 'Share of the first step’s units that got here.', () => 0),
    ...share('step_conversion', `Share of the units of ${before} that got here.`, (index) => stepBefore(query, index)),
  ] as [Column, Column, Column, Column, Column, Column];
  return [
    { name: 'units', of: (totals, index) => totals[index]!.units, config: unitsConfig(query) },
    entry,
    step,
    loss('dropped', 'Dropped', `Got to ${before}, not here, and the time to do so is over.`),
    loss('pending', 'Pending', `Got to ${before}, not here, and may still do so.`),
    ...(query.exclusions.length > 0
      ? [loss('excluded', 'Excluded', `Of those dropped: an exclusion ended the attempt on the way here.`)]
      : []),
    { name: 'median_ms', of: (totals, index) => totals[index]!.medianMs, config: MEDIAN },
    { name: 'p90_ms', of: (totals, index) => totals[index]!.p90Ms, config: P90 },
    entryLow,
    entryHigh,
    stepLow,
    stepHigh,
  ];
}

/** A row per segment and step. */
function stepsFrame(query: FunnelQuery, own: FunnelResult, before: FunnelResult | undefined): Frame {
  const count = query.steps.length;
  const rows = own.totals.flatMap((totals, place) =>
    Array.from({ length: count }, (_, index) => ({
      totals,
      index,
      segment: own.segments[place]!,
      before: before?.totals[place] ?? nobody(count),
    }))
  );
  const columns = columnsOf(query);
  const fieldOf = ({ name, of, config }: Column) =>
    numbers(
      name,
      rows.map(({ totals, index }) => of(totals, index)),
      config
    );
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        rows.map(({ index }) => index + 1),
        { displayNameFromDS: 'Step' }
      ),
      names(
        query,
        rows.map(({ index }) => index)
      ),
      ...segmentFields(
        query,
        rows.map(({ segment }) => segment)
      ),
      ...columns.map(fieldOf),
      ...(before
        ? [
            ...columns
              .filter(({ compared }) => compared !== false)
              .map((column) =>
                previousField(
                  fieldOf(column),
                  rows.map((row) => column.of(row.before, row.index)),
                  `previous_${column.name}`
                )
              ),
            ...testFields(query, rows, own.weighted || before.weighted),
          ]
        : []),
    ],
  };
}

/** Whether the conversion from the step before has changed by more than chance would. */
function testFields(
  query: FunnelQuery,
  rows: ReadonlyArray<{ totals: Totals; before: Totals; index: number }>,
  weighted: boolean
): Field[] {
  const tests = rows.map(({ totals, before, index }) => {
    // Weights make more of the units than were seen, and chance smaller than it is.
    if (index === 0 || weighted) {
      return { p: null, significant: null };
    }
    const samples = [totals, before].map((of) => decided(query, of, index)) as [Proportion, Proportion];
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
function decided(query: FunnelQuery, totals: Totals, index: number): Proportion {
  const { units } = totals[index]!;
  const of = query.steps[index]!.optional
    ? totals[stepBefore(query, index)!]!.units
    : units + losses(query, totals, index).dropped;
  return { count: units, of };
}

/** The one number an alert looks at, per segment. */
function numericFrame(query: FunnelQuery, own: FunnelResult, before: FunnelResult | undefined): Frame {
  const index = (query.step ?? query.steps.length) - 1;
  const valueOf = (totals: Totals | undefined) => {
    const of = totals ?? nobody(query.steps.length);
    return {
      units: of[index]!.units,
      conversion: conversion(of, index, 0),
      step_conversion: conversion(of, index, stepBefore(query, index)),
    }[query.metric];
  };
  const config = query.metric === 'units' ? unitsConfig(query) : { unit: 'percentunit' };
  const field = numbers(query.metric, own.totals.map(valueOf), config);
  const labels = segmentFields(query, own.segments).map((label) => ({
    ...label,
    // An alert rule tells its instances apart by texts.
    values: label.values.map((value) => value ?? ''),
    config: {},
  }));
  const previous = before && own.totals.map((_, place) => valueOf(before.totals[place]));
  return {
    meta: { type: 'numeric-long' },
    fields: [...labels, previous ? comparedNumber(field, previous, query.compare) : field],
  };
}
