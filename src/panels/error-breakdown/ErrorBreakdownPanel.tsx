import { type PanelProps } from '@grafana/data';
import { usePanelContext } from '@grafana/ui';
import { type ErrorsMarker } from '@apitrail/contract';
import React, { useMemo } from 'react';

import { CohortSaving, useSaveCohort } from '../../components/cohorts/CohortSaving';
import { drillTargetOf } from '../../components/drill-down';
import { formatCount } from '../../components/format';
import { frameMarker } from '../../components/find-field';
import { messageFor, noticesOf, type PanelMessageContent, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { ErrorsView } from './ErrorsView';
import { errorsModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type ErrorsOptions } from './options';

/** What breaks, for whom, whose fault it is, and since when. */
export function ErrorBreakdownPanel(props: PanelProps<ErrorsOptions>) {
  return (
    <CohortSaving raw={props.timeRange.raw} timeZone={props.timeZone}>
      <ErrorsPanel {...props} />
    </CohortSaving>
  );
}

function ErrorsPanel(props: PanelProps<ErrorsOptions>) {
  const { data, width, height, timeZone, timeRange, replaceVariables } = props;
  const { onAddAdHocFilter } = usePanelContext();
  const onSaveCohort = useSaveCohort();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const result = useMemo(() => errorsModel(data.series), [data.series]);

  const message =
    noErrors(
      props.data.series.map((frame) => frameMarker<ErrorsMarker>(frame, 'errors')),
      data.series.every((f) => f.length === 0)
    ) ??
    messageFor(data) ??
    ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined);
  if (message || 'missing' in result) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const { model } = result;
  const notices = noticesOf(data);
  return (
    <>
      <ErrorsView
        model={model}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0)}
        timeZone={timeZone}
        context={{
          target: drillTargetOf(data, model.frame, replaceVariables),
          range: { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() },
          onAddAdHocFilter,
          onSaveCohort,
        }}
      />
      <PanelNotices notices={notices} />
    </>
  );
}

/** No errors among many requests is good news, not missing data. */
function noErrors(markers: Array<ErrorsMarker | undefined>, empty: boolean): PanelMessageContent | undefined {
  const marker = markers.find((m) => m !== undefined);
  return empty && marker && marker.requests > 0
    ? {
        kind: 'empty',
        icon: 'check-circle',
        title: 'No errors',
        text: `All ${formatCount(marker.requests)} requests in this time range succeeded.`,
      }
    : undefined;
}
