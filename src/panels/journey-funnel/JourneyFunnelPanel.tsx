import { type PanelProps, type QueryResultMetaNotice } from '@grafana/data';
import React, { useMemo } from 'react';

import { earlierText } from '../../components/change';
import { drillTargetOf } from '../../components/drill-down';
import { formatShare } from '../../components/format';
import { messageFor, noticesOf, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { FunnelView } from './FunnelView';
import { funnelModel, type FunnelModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type FunnelOptions } from './options';

const TELLING_SHARE = 0.01;

/** How far customers get through the steps of a journey, where they are lost, and how long it takes them. */
export function JourneyFunnelPanel(props: PanelProps<FunnelOptions>) {
  const { data, width, height, replaceVariables } = props;
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const result = useMemo(() => funnelModel(data.series), [data.series]);

  const message =
    messageFor(data) ?? ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined);
  if (message || 'missing' in result) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const model = options.showEarlier ? result.model : { ...result.model, earlier: undefined };
  if (model.hasSteps && model.steps[0].units === 0) {
    return <PanelMessage message={nobodyEntered(model)} width={width} height={height} />;
  }
  const notices = noticesOf(data, ownNotices(model));
  return (
    <>
      <FunnelView
        model={model}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0)}
        target={drillTargetOf(data, model.frame, replaceVariables)}
      />
      <PanelNotices notices={notices} />
    </>
  );
}

function ownNotices({ marker, earlierEmpty, unitName, steps }: FunnelModel): QueryResultMetaNotice[] {
  const left = marker?.rowsWithoutUnit ?? 0;
  const notices: QueryResultMetaNotice[] = [];
  if (earlierEmpty) {
    notices.push({
      severity: 'warning',
      text: `No ${unitName} took “${steps[0].name}” ${earlierText(marker?.comparison?.timeShift)}: there is nothing to compare with.`,
    });
  }
  if (left > TELLING_SHARE) {
    notices.push({
      severity: 'info',
      text: `${formatShare(left)} of the requests name no ${marker?.unit} and are left out.`,
    });
  }
  return notices;
}

function nobodyEntered({ marker, unitName, steps }: FunnelModel) {
  const left = marker?.rowsWithoutUnit ?? 0;
  const without = left > 0.5 ? ` ${formatShare(left)} of the requests name no ${marker?.unit}: try another unit.` : '';
  return {
    kind: 'empty',
    icon: 'filter',
    title: `No ${unitName} took the first step`,
    text: `Nothing in this time range matches “${steps[0].name}”. Widen the range, or check the step’s filters.${without}`,
  } as const;
}
