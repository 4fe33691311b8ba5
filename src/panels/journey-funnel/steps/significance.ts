import { changeBetween, changeShare, pointsText } from '../../../components/change';
import { NO_VALUE } from '../../../components/format';
import { type FunnelModel } from '../model';

/** How a step has changed since the earlier time. */
export interface StepChange {
  /** With arrow and sign: `▼ −4.2 pp`. Arrows of what may be chance are hollow; what is not tested, as of the first step, has none. */
  text: string;
  /** Whether it is more than chance, in words; of the first step, of which that is not asked, what has changed. */
  words: string;
  /** The same with the p-value. */
  full: string;
  significant: boolean;
}

/** The change of a step: of how many entered, or of the share that came from the step before. Undefined without one. */
export function stepChange(model: FunnelModel, index: number, decimals: number): StepChange | undefined {
  const { units, stepConversion, earlier } = model.steps[index];
  if (!model.earlier || !earlier) {
    return undefined;
  }
  if (index === 0) {
    const text = changeShare(changeBetween(units, earlier.units));
    return text === NO_VALUE ? undefined : { text, words: model.unitName, full: text, significant: false };
  }
  const text = pointsText(stepConversion - earlier.stepConversion, decimals);
  if (text === NO_VALUE) {
    return undefined;
  }
  const significant = earlier.significant === true;
  const { words, p } = judgement(model, index);
  const sign = significant ? text : text.replace('▲', '△').replace('▼', '▽');
  return { text: sign, words, full: `${sign}, ${words}${p}`, significant };
}

/** A difference of shares in percentage points, without an arrow, which would say that it has been tested: `−5.2 pp`. */
export function untestedPoints(difference: number, decimals: number): string {
  return pointsText(difference, decimals).replace(/^[▲▼] /, '');
}

function judgement({ steps, earlier: time, unitName }: FunnelModel, index: number): { words: string; p: string } {
  const { pValue = NaN, significant } = steps[index].earlier ?? {};
  const p = Number.isNaN(pValue) ? '' : ` (${pText(pValue)})`;
  if (significant === undefined) {
    return { words: 'chance not known', p };
  }
  if (!significant && pValue < (time?.significance ?? 0)) {
    return { words: `too few ${unitName}`, p };
  }
  return { words: significant ? 'significant' : 'not significant', p };
}

/** A p-value in as many digits as matter: `p < 0.001`, `p 0.003`, `p 0.41`. */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}
