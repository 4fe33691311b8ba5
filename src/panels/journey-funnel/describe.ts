import { type Filter } from '@apitrail/contract';

import { earlierText, pointsText } from '../../components/change';
import { capital, formatCount, formatDuration, formatShare } from '../../components/format';
import { type TooltipRow } from '../../components/PanelTooltip';
import { type FunnelModel } from './model';
import { stepChange } from './significance';

/** The lines of a step's tooltip. */
export function describeStep(model: FunnelModel, index: number, decimals: number): TooltipRow[] {
  const step = model.steps[index];
  const before = model.steps[index - 1];
  const lines: TooltipRow[] = [
    { label: capital(model.unitName), value: formatCount(step.units), strong: true },
    { label: 'Of the first step', value: formatShare(step.conversion, decimals) },
  ];
  if (!before) {
    return [...lines, ...describeEarlier(model, index, decimals)];
  }
  lines.push(
    { label: 'Of the step before', value: formatShare(step.stepConversion, decimals) },
    { label: 'Dropped', value: withShare(step.dropped, before.units, decimals) }
  );
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
      value: `${formatShare(earlier.conversion, decimals)}, now ${pointsText(conversion - earlier.conversion, decimals)}`,
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
      ? `, ${pointsText(last.conversion - last.earlier.conversion, decimals)} against ${earlierText(model.earlier.timeShift)}`
      : '';
  return `${formatShare(last.conversion, decimals)} of ${formatCount(first.units)} ${model.unitName} get from ${first.name} to ${last.name}${window}${since}`;
}

/** What a step matches, in words. */
export function filterText(filters: Filter[]): string {
  return filters
    .map((filter) => {
      if ('any' in filter) {
        return `(${filter.any.map((f) => filterText([f])).join(' or ')})`;
      }
      if ('all' in filter) {
        return `(${filterText(filter.all)})`;
      }
      const value = filter.values?.join(', ') ?? filter.value ?? '';
      return `${filter.key} ${filter.operator} ${value}`.trim();
    })
    .join(' and ');
}

function withShare(count: number, of: number, decimals: number): string {
  return of > 0 ? `${formatCount(count)} (${formatShare(count / of, decimals)})` : formatCount(count);
}
