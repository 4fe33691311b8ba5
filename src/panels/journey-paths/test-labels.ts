import { type MeasureText } from '../../components/measure';
import { type NodeLabel, placeLabels } from './labels';
import { layoutOf } from './layout';
import { type PathsModel } from './model';
import { defaultOptions } from './options';

/** Seven pixels a letter. */
export const sevenPixels: MeasureText = (letters) => letters.length * 7;

/** The labels of a drawing of that size. */
export function nodeLabelsOf(model: PathsModel, width: number, height: number): NodeLabel[] {
  return placeLabels(model, layoutOf(model, width, height, 100), defaultOptions, sevenPixels);
}
