import { type PanelProps, type QueryResultMetaNotice } from '@grafana/data';
import { usePanelContext } from '@grafana/ui';
import React, { useMemo } from 'react';

import { earlierText } from '../../components/change';
import { CohortSaving, useSaveCohort } from '../../components/cohorts/CohortSaving';
import { drillTargetOf } from '../../components/drill-down';
import { formatShare } from '../../components/format';
import { messageFor, noticesOf, type PanelMessageContent, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { retentionModel, type RetentionModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type RetentionOptions } from './options';
import { RetentionView } from './RetentionView';

const TELLING_SHARE = 0.01;

/** Who comes back: customers by when they started, and which share of them returned how much later. */
export function RetentionCohortsPanel(props: PanelProps<RetentionOptions>) {
  return (
    <CohortSaving raw={props.timeRange.raw} timeZone={props.timeZone}>
      <RetentionPanel {...props} />
    </CohortSaving>
  );
}

function RetentionPanel(props: PanelProps<RetentionOptions>) {
  const { data, width, height, timeZone, replaceVariables, onChangeTimeRange } = props;
  const { onAddAdHocFilter } = usePanelContext();
  const onSaveCohort = useSaveCohort();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const result = useMemo(() => retentionModel(data.series), [data.series]);
  const model = useMemo(() => {
    if ('missing' in result) {
      return undefined;
    }
    return options.showEarlier ? result.model : { ...result.model, compared: false, earlierEmpty: false };
  }, [result, options.showEarlier]);

  const message =
    messageFor(data) ?? ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined);
  if (message || !model) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const nobody = nobodyStarted(model);
  if (nobody) {
    return <PanelMessage message={nobody} width={width} height={height} />;
  }
  const notices = noticesOf(data, ownNotices(model));
  return (
    <>
      <RetentionView
        model={model}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0)}
        timeZone={timeZone}
        context={{
          target: drillTargetOf(data, model.frame, replaceVariables),
          onChangeTimeRange,
          onAddAdHocFilter,
          onSaveCohort,
        }}
      />
      <PanelNotices notices={notices} />
    </>
  );
}

function ownNotices({ marker, earlierEmpty, unitName }: RetentionModel): QueryResultMetaNotice[] {
  const left = marker?.rowsWithoutUnit ?? 0;
  const notices: QueryResultMetaNotice[] = [];
  if (earlierEmpty) {
    notices.push({
      severity: 'warning',
      text: `No ${unitName} of ${earlierText(marker?.comparison?.timeShift)} can be told of: there is nothing to compare with.`,
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

function nobodyStarted({ marker, cohorts, mean, unitName }: RetentionModel): PanelMessageContent | undefined {
  const none =
    marker && (cohorts.length > 0 ? cohorts.every(({ size }) => size === 0) : marker.sizes.every((n) => n === 0));
  if (!none || mean.some(({ size }) => size > 0)) {
    return undefined;
  }
  const left = marker.rowsWithoutUnit;
  const without = left > 0.5 ? ` ${formatShare(left)} of the requests name no ${marker.unit}: try another unit.` : '';
  return {
    kind: 'empty',
    icon: 'filter',
    title: `No ${unitName} started`,
    text: `No request of a ${marker.unit} in this time range matches what a cohort starts with. Widen the range, or check the filters of start.${without}`,
  };
}
