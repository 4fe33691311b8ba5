import { type TimeZone } from '@grafana/schema';
import { useMemo } from 'react';

import { capital, formatCount } from '../../components/format';
import { type MeasureText } from '../../components/measure';
import { changeOf } from './cell-scale';
import { cellForms, meanForm, shortChange } from './cell-text';
import { zoneOf } from './describe';
import { cohortName } from './interval-times';
import { type RetentionLayout, retentionLayout } from './layout';
import { type RetentionCohort, type RetentionModel } from './model';
import { type RetentionOptions } from './options';

/** How a table is drawn: where everything lies, and what names, cells and means are written as. */
export interface CohortDrawing {
  layout: RetentionLayout;
  nameOf(cohort: RetentionCohort): string;
  /** Absent where cells are colours alone. */
  cellText?: (cell: { rate: number; units: number }) => string;
  meanText?: (mean: { rate: number; units: number }) => string;
}

export function useCohortLayout(
  model: RetentionModel,
  options: RetentionOptions,
  { width, height }: { width: number; height: number },
  timeZone: TimeZone,
  measure: MeasureText
): CohortDrawing {
  const { cellValue, decimals, mean, showSize, showValues } = options;
  return useMemo(() => {
    const { cohorts, columns, marker } = model;
    const forms = cellForms(model, { cellValue, decimals });
    const zone = zoneOf(model, timeZone);
    const named = (narrow: boolean) => (cohort: RetentionCohort) =>
      cohort.name ?? cohortName(cohort.start, marker?.interval ?? 'day', zone, narrow);
    const cells = cohorts.flatMap((cohort) => cohort.cells).filter(({ rate }) => !Number.isNaN(rate));
    const changes = cohorts.flatMap((cohort) => cohort.cells.map((c, i) => changeOf(c, cohort.earlier?.cells[i])));
    const sizes = cohorts.map(({ size }) => size).filter((size) => !Number.isNaN(size));
    const layout = retentionLayout({
      width,
      height,
      rows: cohorts.length + (mean === 'none' ? 0 : 1),
      columns: columns.length,
      names: [...cohorts.map(named(false)), 'Cohort'],
      narrowNames: [...cohorts.map(named(true)), 'Mean'],
      size: showSize && sizes.length > 0 ? longest([capital(model.unitName), ...sizes.map(formatCount)]) : undefined,
      values: forms.map((form) => longest(cells.map(form))),
      change: model.compared ? longest(changes.map(shortChange)) : undefined,
      headers: [longest(columns.map(({ label }) => label)), longest(columns.map(({ short }) => short))],
      showValues,
      measure,
    });
    return {
      layout,
      nameOf: named(layout.narrowNames),
      cellText: forms[layout.valueForm],
      meanText: meanForm(forms, layout.valueForm),
    };
  }, [model, cellValue, decimals, mean, showSize, showValues, width, height, timeZone, measure]);
}

function longest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text.length > most.length ? text : most), '');
}
