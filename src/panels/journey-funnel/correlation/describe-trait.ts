import { formatCount, formatShare } from '../../../components/format';
import { type TooltipRow } from '../../../components/PanelTooltip';
import { oddsText } from '../reasons/describe-reason';
import { type CorrelationModel, type Trait } from './read-correlation';

const SIGNIFICANCE = 0.05;

/** Whether it is more than chance, though many values were compared; undefined when not known. */
export function isSure({ qValue }: Trait): boolean | undefined {
  return Number.isNaN(qValue) ? undefined : qValue < SIGNIFICANCE;
}

/** A q-value in as many digits as matter. */
export function qText(q: number): string {
  return q < 0.001 ? 'q < 0.001' : `q ${q.toFixed(q < 0.1 ? 3 : 2)}`;
}

/** What a trait is called: `route: GET /api/products`. */
export function traitName({ key, value }: Trait): string {
  return `${key}: ${value === null || value === '' ? '(none)' : value}`;
}

/** The lines of a trait's tooltip. */
export function describeTrait(trait: Trait, { unitName }: CorrelationModel, decimals: number): TooltipRow[] {
  const sure = isSure(trait);
  return [
    {
      label: 'Converted with it',
      value: `${formatShare(trait.shareWith, decimals)} (${formatCount(trait.convertedWith)} of ${formatCount(trait.unitsWith)})`,
      strong: true,
    },
    { label: 'Converted without', value: formatShare(trait.shareWithout, decimals) },
    {
      label: 'Odds ratio, 95 %',
      value: Number.isNaN(trait.oddsLow)
        ? oddsText(trait.odds)
        : `${oddsText(trait.odds)} (${oddsText(trait.oddsLow)} to ${oddsText(trait.oddsHigh)})`,
    },
    { label: `Of all ${unitName}`, value: `${formatShare(trait.support, decimals)} had it` },
    ...(sure === undefined
      ? []
      : [{ label: 'Against chance', value: `${sure ? 'significant' : 'may be chance'}, ${qText(trait.qValue)}` }]),
  ];
}

/** A trait in one sentence. */
export function traitSentence(trait: Trait, model: CorrelationModel, decimals: number): string {
  const lines = describeTrait(trait, model, decimals).map((line) => `${line.label} ${String(line.value)}`);
  const side = trait.odds >= 1 ? 'goes with converting' : 'goes with not converting';
  return [`${traitName(trait)} ${side}`, ...lines].join(', ');
}

/** What was compared, in words. */
export function correlationSummary({ marker, unitName }: CorrelationModel, decimals: number): string {
  const compared = marker?.correlation;
  if (!compared) {
    return `What goes with converting, of ${unitName}`;
  }
  const to = marker.steps[compared.step - 1]?.name ?? `step ${compared.step}`;
  const share = compared.units > 0 ? formatShare(compared.converted / compared.units, decimals) : '–';
  return `What goes with getting to ${to}: ${share} of ${formatCount(compared.units)} ${unitName} did`;
}
