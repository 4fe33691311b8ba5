import { type Filter } from '@apitrail/contract';

import { formatCount, formatDuration, formatShare } from '../../components/format';
import { type TooltipRow } from '../../components/PanelTooltip';
import { type FunnelModel } from './model';

/** The lines of a step's tooltip. */
export function describeStep(model: FunnelModel, index: number, decimals: number): TooltipRow[] {
  const step = model.steps[index];
  const before = model.steps[index - 1];
  const lines: TooltipRow[] = [
    { label: capital(model.unitName), value: formatCount(step.units), strong: true },
    { label: 'Of the first step', value: formatShare(step.conversion, decimals) },
  ];
  if (!before) {
    return lines;
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
  return `${formatShare(last.conversion, decimals)} of ${formatCount(first.units)} ${model.unitName} get from ${first.name} to ${last.name}${window}`;
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

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
