import { type MeasureText } from '../../components/measure';
import { columnFigures, stepName } from './describe';
import { type PathsLayout } from './layout';
import { type PathsModel } from './model';

/** What stands above a column. */
export interface ColumnHead {
  x: number;
  name: string;
  /** How many paths make a request there; empty where it has no room. */
  figures: string;
}

const FREE = 8;

/** The heads of the columns, as they fit. */
export function columnHeads(
  model: PathsModel,
  { slot }: PathsLayout,
  decimals: number,
  measure: MeasureText
): ColumnHead[] {
  return model.steps.map((step, column) => ({
    x: column * slot,
    name: stepName(model, step),
    figures: columnFigures(model, column, decimals).find((text) => measure(text) <= slot - FREE) ?? '',
  }));
}
