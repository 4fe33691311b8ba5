import { type PanelProps, type QueryResultMetaNotice } from '@grafana/data';
import { usePanelContext, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { readMarks } from '../../components/annotations/marks';
import { CohortSaving, useSaveCohort } from '../../components/cohorts/CohortSaving';
import { drillTargetOf } from '../../components/drill-down';
import { formatCount } from '../../components/format';
import { messageFor, noticesOf, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { isCompared } from './changes';
import { HeatmapView } from './HeatmapView';
import { heatmapModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type HeatmapOptions } from './options';

/** Endpoints by time: which route was how busy, slow or broken, when. */
export function EndpointHeatmapPanel(props: PanelProps<HeatmapOptions>) {
  return (
    <CohortSaving raw={props.timeRange.raw} timeZone={props.timeZone}>
      <HeatmapPanel {...props} />
    </CohortSaving>
  );
}

function HeatmapPanel(props: PanelProps<HeatmapOptions>) {
  const { data, width, height, timeZone, timeRange, replaceVariables, onChangeTimeRange } = props;
  const { onAddAdHocFilter } = usePanelContext();
  const onSaveCohort = useSaveCohort();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const theme = useTheme2();
  const result = useMemo(() => heatmapModel(data.series), [data.series]);
  const annotations = useMemo(
    () => readMarks(options.showAnnotations ? data.annotations : undefined, theme),
    [options.showAnnotations, data.annotations, theme]
  );

  const message =
    messageFor(data) ?? ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined);
  if (message || 'missing' in result) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const { model } = result;
  const hidden = model.rows.filter((row) => !row.other).length - options.rowLimit;
  const own: QueryResultMetaNotice[] = [];
  if (hidden > 0 && !model.latency) {
    own.push({
      severity: 'info',
      text: `${formatCount(hidden)} more rows are not drawn: raise “Most rows” to see them.`,
    });
  }
  if (options.colorBy === 'change' && !isCompared(model)) {
    own.push({
      severity: 'info',
      text: 'Colors stand for values: for changes, say in the query what to compare with.',
    });
  }
  const notices = noticesOf(data, own);
  return (
    <>
      <HeatmapView
        model={model}
        annotations={annotations}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0)}
        timeZone={timeZone}
        context={{
          target: drillTargetOf(data, model.frame, replaceVariables),
          range: { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() },
          onChangeTimeRange,
          onAddAdHocFilter,
          onSaveCohort,
        }}
      />
      <PanelNotices notices={notices} />
    </>
  );
}
