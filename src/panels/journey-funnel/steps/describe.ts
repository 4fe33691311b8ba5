import { earlierText } from '../../../components/change';
import { capital, formatCount, formatDuration, formatShare } from '../../../components/format';
import { type TooltipRow } from '../../../components/PanelTooltip';
import { type FunnelModel, type Interval } from '../model';
import { reasonLabel } from '../reasons/reason-kinds';
import { dropParts } from '../reasons/read-reasons';
import { stepChange, untestedPoints } from './significance';

/** The lines of a step's tooltip. */
export function describeStep(model: FunnelModel, index: number, decimals: number): TooltipRow[] {
  const step = model.steps[index];
  const before = step.before === undefined ? undefined : model.steps[step.before];
  const lines: TooltipRow[] = [
    { label: capital(model.unitName), value: formatCount(step.units), strong: true },
    { label: 'Of the first step', value: withRange(step.conversion, step.conversionRange, decimals) },
  ];
  if (!before) {
    return [...lines, ...describeEarlier(model, index, decimals)];
  }
  const skipped = step.before !== index - 1;
  lines.push({
    label: skipped ? `Of “${before.name}”` : 'Of the step before',
    value: withRange(step.stepConversion, step.stepConversionRange, decimals),
  });
  if (step.optional) {
    lines.push({ label: 'Left it out', value: 'nobody is lost here' });
  } else {
    lines.push({ label: 'Dropped', value: withShare(step.dropped, before.units, decimals) });
  }
  for (const { reason, units } of dropParts(model.reasons, index)) {
    lines.push({ label: `– ${reasonLabel(reason)}`, value: withShare(units, step.dropped, decimals) });
  }
  if (step.excluded > 0 && !model.reasons) {
    lines.push({ label: '– Excluded', value: withShare(step.excluded, step.dropped, decimals) });
  }
  if (step.pending > 0) {
    lines.push({ label: 'Pending', value: withShare(step.pending, before.units, decimals) });
  }
  if (!Number.isNaN(step.medianMs)) {
    lines.push({ label: 'Median time', value: formatDuration(step.medianMs) });
  }
  if (!Number.isNaN(step.p90Ms)) {
    lines.push({ label: 'p90 time', value: formatDuration(step.p90Ms) });
  }
  return [...lines, ...describeEarlier(model, index, decimals)];
}

/** What a step was at the earlier time, and whether it has changed by more than chance. */
function describeEarlier(model: FunnelModel, index: number, decimals: number): TooltipRow[] {
  const { conversion, earlier } = model.steps[index];
  if (!model.earlier || !earlier) {
    return [];
  }
  const change = stepChange(model, index, decimals);
  const lines: TooltipRow[] = [
    {
      label: capital(earlierText(model.earlier.timeShift)),
      value: `${formatCount(earlier.units)} ${model.unitName}`,
      strong: true,
    },
  ];
  if (index === 0) {
    return change ? [...lines, { label: 'Change', value: change.full }] : lines;
  }
  lines.push(
    {
      label: 'Of the first step then',
      value: `${formatShare(earlier.conversion, decimals)}, now ${untestedPoints(conversion - earlier.conversion, decimals)}`,
    },
    { label: 'Of the step before then', value: formatShare(earlier.stepConversion, decimals) }
  );
  if (change) {
    lines.push({ label: 'Step conversion', value: change.full });
  }
  if (!Number.isNaN(earlier.medianMs)) {
    lines.push({ label: 'Median time then', value: formatDuration(earlier.medianMs) });
  }
  return lines;
}

/** A step in one sentence, for those who do not see it. */
export function stepSentence(model: FunnelModel, index: number, decimals: number): string {
  const step = model.steps[index];
  const lines = describeStep(model, index, decimals).map((line) => `${line.label} ${line.value}`);
  const worst = index === model.biggestDrop ? ', biggest drop-off' : '';
  return `Step ${index + 1} of ${model.steps.length}, ${step.name}: ${lines.join(', ')}${worst}`;
}

/** What the funnel amounts to, in words. */
export function funnelSummary(model: FunnelModel, decimals: number): string {
  const first = model.steps[0];
  const last = model.steps[model.steps.length - 1];
  const window = model.marker ? ` within ${formatDuration(model.marker.window)}` : '';
  const since =
    model.earlier && last.earlier && !Number.isNaN(last.earlier.conversion)
      ? `, ${untestedPoints(last.conversion - last.earlier.conversion, decimals)} against ${earlierText(model.earlier.timeShift)}`
      : '';
  return `${formatShare(last.conversion, decimals)} of ${formatCount(first.units)} ${model.unitName} get from ${first.name} to ${last.name}${window}${since}`;
}

/** A share with its confidence interval, where it has one. */
function withRange(share: number, range: Interval | undefined, decimals: number): string {
  const text = formatShare(share, decimals);
  return range ? `${text} (${formatShare(range.low, decimals)} to ${formatShare(range.high, decimals)})` : text;
}

function withShare(count: number, of: number, decimals: number): string {
  return of > 0 ? `${formatCount(count)} (${formatShare(count / of, decimals)})` : formatCount(count);
}
