import { pointsText } from '../../components/change';
import { formatCount, formatShare } from '../../components/format';
import { type RetentionCell, type RetentionModel } from './model';
import { type RetentionOptions } from './options';

type CellForm = (cell: Pick<RetentionCell, 'rate' | 'units'>) => string;

/** Ways to write what a cell holds, the longest first; which one is taken is a matter of room. */
export function cellForms(
  model: RetentionModel,
  { cellValue, decimals }: Pick<RetentionOptions, 'cellValue' | 'decimals'>
): CellForm[] {
  const wanted = cellValue === 'auto' ? (model.marker?.metric ?? 'rate') : cellValue;
  return wanted === 'units' ? [({ units }) => formatCount(units)] : shareForms(decimals);
}

function shareForms(decimals: number): CellForm[] {
  const whole: CellForm[] = [({ rate }) => formatShare(rate, 0), ({ rate }) => `${Math.round(rate * 100)}`];
  return decimals > 0 ? [({ rate }) => formatShare(rate, decimals), ...whole] : whole;
}

/** A mean is a share whatever cells say: numbers of cohorts of different sizes have no mean that means anything. */
export function meanForm(forms: readonly CellForm[], form: number): CellForm | undefined {
  return form < 0 ? undefined : forms.length > 1 ? forms[form] : shareForms(0)[0];
}

/** A change in a cell, where the legend or the tooltip says that it is in points: `▲ 3.1`. */
export function shortChange(difference: number): string {
  return pointsText(difference).replace(/[+−]/, '').replace(' pp', '');
}
