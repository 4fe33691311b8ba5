import { type PanelProps } from '@grafana/data';
import { type FunnelMarker } from '@apitrail/contract';
import { usePanelContext, useTheme2 } from '@grafana/ui';
import React, { useEffect, useMemo } from 'react';

import { readMarks } from '../../components/annotations/marks';
import { CohortSaving, useSaveCohort } from '../../components/cohorts/CohortSaving';
import { drillTargetOf } from '../../components/drill-down';
import { messageFor, noticesOf, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { COUNTED_HEIGHT, CountedLine } from './CountedLine';
import { WANTED_COLUMNS } from './model';
import { defaultOptions, type FunnelOptions } from './options';
import { funnelNotices, nobodyEntered } from './own-notices';
import { emptyMessage, type Picture, readPicture, viewsLeft } from './picture';
import { StepsView } from './steps/StepsView';
import { AttemptsView, CorrelationView, preloadViews, ReasonsList, TrendView } from './views';

/** How far customers get through the steps of a journey, where and why they are lost, and how long it takes them. */
export function JourneyFunnelPanel(props: PanelProps<FunnelOptions>) {
  return (
    <CohortSaving raw={props.timeRange.raw} timeZone={props.timeZone}>
      <FunnelPanel {...props} />
    </CohortSaving>
  );
}

function FunnelPanel(props: PanelProps<FunnelOptions>) {
  const { data, width, height, timeZone, replaceVariables, onChangeTimeRange } = props;
  const theme = useTheme2();
  const { onAddAdHocFilter } = usePanelContext();
  const onSaveCohort = useSaveCohort();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const result = useMemo(() => readPicture(data.series), [data.series]);
  const picture = useMemo(
    () => ('model' in result ? withOptions(result.model, options) : undefined),
    [result, options]
  );
  const annotations = useMemo(
    () => readMarks(options.showAnnotations ? data.annotations : undefined, theme),
    [options.showAnnotations, data.annotations, theme]
  );

  useEffect(() => preloadViews(data.request), [data.request]);

  const failed = (data.errors?.length ?? 0) > 0;
  const message =
    (failed ? undefined : emptyMessage(data.series)) ??
    messageFor(data) ??
    ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined) ??
    (picture?.kind === 'steps' ? nobodyEntered(picture.model) : undefined);
  const marker = picture?.model.marker;
  if (message || !picture) {
    return message ? (
      <>
        <PanelMessage message={message} width={width} height={height - (marker ? COUNTED_HEIGHT : 0)} />
        {marker && <CountedLine marker={marker} />}
      </>
    ) : null;
  }
  const left = viewsLeft(data.series, picture);
  const notices = noticesOf(data, [
    ...(picture.kind === 'steps' ? funnelNotices(picture.model) : []),
    ...(left.length > 0
      ? [
          {
            severity: 'info' as const,
            text: `Not drawn here: ${left.join(', ')}. Steps take times and reasons beside them; other views have panels of their own.`,
          },
        ]
      : []),
  ]);
  const room = height - (marker ? COUNTED_HEIGHT : 0) - (notices.length > 0 ? NOTICES_HEIGHT : 0);
  const target = drillTargetOf(data, picture.model.frame, replaceVariables);
  const context = { target, onAddAdHocFilter, onSaveCohort };
  const draw = () => {
    switch (picture.kind) {
      case 'steps':
        return <StepsView model={picture.model} options={options} width={width} height={room} context={context} />;
      case 'reasons':
        return <ReasonsList model={picture.model} options={options} width={width} height={room} context={context} />;
      case 'trend':
        return (
          <TrendView
            model={picture.model}
            options={options}
            annotations={annotations}
            width={width}
            height={room}
            timeZone={timeZone}
            target={context.target}
            onChangeTimeRange={onChangeTimeRange}
          />
        );
      case 'correlation':
        return (
          <CorrelationView model={picture.model} options={options} width={width} height={room} context={context} />
        );
      default:
        return <AttemptsView model={picture.model} width={width} height={room} timeZone={timeZone} context={context} />;
    }
  };
  return (
    <>
      {draw()}
      {marker && <CountedLine marker={countedOf(picture) ?? marker} />}
      <PanelNotices notices={notices} />
    </>
  );
}

/** With the reasons beside them, what is counted is said of both. */
function countedOf(picture: Picture): FunnelMarker | undefined {
  const { marker } = picture.model;
  const reasons = picture.kind === 'steps' ? picture.model.reasons?.marker : undefined;
  return marker && reasons ? { ...marker, slowFactor: reasons.slowFactor, reasons: reasons.reasons } : marker;
}

function withOptions(picture: Picture, { showEarlier }: FunnelOptions): Picture {
  return picture.kind === 'steps' && !showEarlier
    ? { kind: 'steps', model: { ...picture.model, earlier: undefined } }
    : picture;
}
