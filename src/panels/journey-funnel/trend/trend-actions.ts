import { type AbsoluteTimeRange } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { type Filter } from '@apitrail/contract';

import { type Action, copyText, openQuery, openRequests } from '../../../components/actions';
import { type DrillTarget } from '../../../components/drill-down';
import { funnelQuestion } from '../funnel-question';
import { bucketText, describeBucket } from './describe-trend';
import { type TrendModel } from './read-trend';

interface Context {
  target: DrillTarget | undefined;
  decimals: number;
  timeZone: TimeZone;
  onChangeTimeRange: (range: AbsoluteTimeRange) => void;
}

/** What can be done with a bucket of the trend: look at it closer, why they stopped, who they were, their entries, copy. */
export function trendActions(model: TrendModel, bucket: number, context: Context): Array<Array<Action | undefined>> {
  const { marker, times, end, unitName } = model;
  const { target } = context;
  const range = { from: times[bucket], to: times[bucket + 1] ?? end };
  const success: Filter[] = marker?.successOnly ? [{ key: 'status', operator: '<', value: '400' }] : [];
  const lines = describeBucket(model, model.series, bucket, context.decimals);
  const text = [
    bucketText(model, bucket, context.timeZone),
    ...lines.map((line) => `${line.label} ${String(line.value)}`),
  ];
  return [
    [
      {
        label: 'Zoom in',
        description: 'Show this time only',
        icon: 'search-plus',
        run: () => context.onChangeTimeRange(range),
      },
      marker &&
        openQuery(target, { ...funnelQuestion(marker), view: 'reasons' }, range, {
          label: 'Why those who began then stopped',
          icon: 'exclamation-circle',
        }),
      marker &&
        openQuery(target, { ...funnelQuestion(marker), view: 'units', reasons: true }, range, {
          label: `List the ${unitName} that began then`,
          icon: 'users-alt',
        }),
      marker &&
        openRequests(
          target,
          { ...range, filters: [...(marker.steps[0]?.filters ?? []), ...success] },
          `Open the requests of “${marker.steps[0]?.name}”`
        ),
    ],
    [copyText(text.join(', '), 'Copy')],
  ];
}
