import { formatCount, formatShare, plural } from '../../../components/format';
import { type FunnelModel } from '../model';
import { type Mark } from '../marks/MarkOverlay';
import { describeStep, stepSentence } from '../steps/describe';

/** The funnel of one segment, as a model of its own; with the reasons of that segment, where they are told apart. */
export function segmentModel(model: FunnelModel, segment: number): FunnelModel {
  const { steps, biggestDrop, label } = model.segments![segment];
  const { reasons } = model;
  return {
    ...model,
    steps,
    biggestDrop,
    segments: undefined,
    reasons: reasons && { ...reasons, rows: reasons.rows.filter((row) => row.segment === label) },
  };
}

/** Title and lines of a step of a segment. */
export function describeSegment(
  model: FunnelModel,
  segment: number,
  step: number,
  decimals: number
): Pick<Mark, 'title' | 'subtitle' | 'rows'> {
  const { label, values } = model.segments![segment];
  return {
    title: `${step + 1} ${model.steps[step].name}`,
    subtitle: `${model.marker?.breakdown ?? ''}: ${label}${values === undefined ? '' : ` (${plural(values, 'value')})`}`,
    rows: describeStep(segmentModel(model, segment), step, decimals),
  };
}

/** The same in one sentence. */
export function segmentSentence(model: FunnelModel, segment: number, step: number, decimals: number): string {
  return `${model.segments![segment].label}. ${stepSentence(segmentModel(model, segment), step, decimals)}`;
}

/** What a breakdown amounts to: the best and the worst of the values that are not the rest. */
export function segmentsSummary(model: FunnelModel, decimals: number): string {
  const { segments = [], steps, unitName, marker } = model;
  const last = steps.length - 1;
  const known = segments
    .filter((segment) => !segment.other && !Number.isNaN(segment.steps[last].conversion))
    .sort((a, b) => b.steps[last].conversion - a.steps[last].conversion);
  const text = (index: number) => {
    const segment = known.at(index)!;
    return `${formatShare(segment.steps[last].conversion, decimals)} (${segment.label})`;
  };
  const range = known.length > 1 ? `: from ${text(0)} to ${text(-1)}` : known.length === 1 ? `: ${text(0)}` : '';
  const counted = marker?.attribution === 'all' ? '' : ` of ${formatCount(steps[0].units)} ${unitName}`;
  return `${steps[0].name} to ${steps[last].name} by ${marker?.breakdown ?? 'segment'}${counted}${range}`;
}
