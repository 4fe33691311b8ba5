import { type GrafanaTheme2 } from '@grafana/data';

import { differenceScale } from '../../components/change-scale';
import { colorScale, type ColorScale } from '../../components/color-scale';
import { type RetentionCell, type RetentionModel } from './model';
import { type RetentionOptions } from './options';

/** What cells are coloured by: their share, or its change since the earlier time. */
export interface CellScale {
  scale: ColorScale;
  byChange: boolean;
  /** What the scale looks up for a cell, beside what it was; NaN has no colour. */
  valueOf(rate: number, earlierRate: number | undefined): number;
}

/** The colours of a table. */
export function cellScale(
  model: RetentionModel,
  { colorBy, colorScheme, scaleMax }: Pick<RetentionOptions, 'colorBy' | 'colorScheme' | 'scaleMax'>,
  theme: GrafanaTheme2
): CellScale {
  if (colorBy === 'change' && model.compared) {
    const differences = model.cohorts.flatMap(({ cells, earlier }) =>
      cells.map((cell, column) => changeOf(cell, earlier?.cells[column]))
    );
    return {
      scale: differenceScale(Float64Array.from(differences).filter(Number.isFinite), 'more-is-better', theme),
      byChange: true,
      valueOf: (rate, earlierRate) => rate - (earlierRate ?? NaN),
    };
  }
  const max = scaleMax === undefined || scaleMax <= 0 ? undefined : scaleMax / 100;
  const rates = comparedRates(model);
  return {
    scale: colorScale({ ramp: colorScheme, mode: 'linear', values: rates, min: 0, max }, theme),
    byChange: false,
    valueOf: (rate) => rate,
  };
}

/** How much a share has changed; NaN where one of them is not known. */
export function changeOf(now: RetentionCell, then: RetentionCell | undefined): number {
  return now.rate - (then?.rate ?? NaN);
}

/**
 * The shares that colours are to tell apart: those after the start's own interval, in which nearly all return where a second
 * request is enough. What is above them has the strongest colour.
 */
function comparedRates({ cohorts, marker }: RetentionModel): number[] {
  const ratesOf = (wanted: (column: number) => boolean) =>
    cohorts.flatMap(({ cells }) => cells.filter((_, column) => wanted(column)).map(({ rate }) => rate));
  const later = ratesOf((column) => (marker?.columns[column].from ?? 1) > 0);
  return later.some((rate) => rate > 0) ? later : ratesOf(() => true);
}
