import { type FunnelCorrelation } from '@apitrail/contract';

import { formatCount, formatShare, plural } from '../../../components/format';
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
  if (trait.necessary) {
    return describeNecessary(trait, unitName, decimals);
  }
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

/** Odds of what nobody converts without tell nothing, and are left out. */
function describeNecessary(trait: Trait, unitName: string, decimals: number): TooltipRow[] {
  const { convertedSupport, support, convertedWith, unitsWith } = trait;
  return [
    { label: 'Of those who converted', value: `${formatShare(convertedSupport, decimals)} had it`, strong: true },
    { label: `Of all ${unitName}`, value: `${formatShare(support, decimals)} had it` },
    { label: 'Converted with it', value: `${formatCount(convertedWith)} of ${formatCount(unitsWith)}` },
    { label: 'Against chance', value: 'not judged' },
  ];
}

/** Which side a trait is on. */
export function traitSide({ necessary, odds }: Trait): string {
  if (necessary) {
    return 'On the way for practically everyone who converted';
  }
  return odds >= 1 ? 'Goes with converting' : 'Goes with not converting';
}

/** A trait in one sentence. */
export function traitSentence(trait: Trait, model: CorrelationModel, decimals: number): string {
  const lines = describeTrait(trait, model, decimals).map((line) => `${line.label} ${String(line.value)}`);
  const side = traitSide(trait);
  const verb = trait.necessary ? ' is' : '';
  return [`${traitName(trait)}${verb} ${side.charAt(0).toLowerCase()}${side.slice(1)}`, ...lines].join(', ');
}

/** What was compared, in words. */
export function correlationSummary({ marker, unitName }: CorrelationModel, decimals: number): string {
  const compared = marker?.correlation;
  if (!compared) {
    return `What goes with converting, of ${unitName}`;
  }
  const to = marker.steps[compared.step - 1]?.name ?? `step ${compared.step}`;
  const share = compared.units > 0 ? formatShare(compared.converted / compared.units, decimals) : '–';
  const did = `What goes with getting to ${to}: ${share} of ${formatCount(compared.units)} ${unitName} did`;
  return [did, comparedText(compared)].filter(Boolean).join(' · ');
}

/** How many values were compared, and what is left out of it; undefined where the companion does not tell. */
export function comparedText({ compared, leftOut = 0, except = [] }: FunnelCorrelation): string | undefined {
  if (compared === undefined) {
    return undefined;
  }
  const keys = except.flatMap(({ key, value }) => (value === undefined ? [key] : []));
  return [
    `${plural(compared, 'value')} compared`,
    ...(leftOut > 0 ? [`${formatCount(leftOut)} left out`] : []),
    ...(keys.length > 0 ? [`without ${[...new Set(keys)].join(', ')}`] : []),
  ].join(', ');
}
