import { LoadingState, type PanelData, type PanelProps, type QueryResultMetaNotice } from '@grafana/data';
import { usePanelContext } from '@grafana/ui';
import { type PathsMarker } from '@apitrail/contract';
import React, { useMemo } from 'react';

import { drillTargetOf } from '../../components/drill-down';
import { filterText } from '../../components/filter-text';
import { frameMarker } from '../../components/find-field';
import { formatCount, formatShare, plural } from '../../components/format';
import { messageFor, noticesOf, type PanelMessageContent, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { pathsModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type PathsOptions } from './options';
import { PathsView } from './PathsView';
import { shownPaths } from './shown';

const TELLING_SHARE = 0.01;

/** Where customers go after a request, or come from before it. */
export function JourneyPathsPanel(props: PanelProps<PathsOptions>) {
  const { data, width, height, replaceVariables } = props;
  const { onAddAdHocFilter } = usePanelContext();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const result = useMemo(() => pathsModel(data.series), [data.series]);
  const shown = useMemo(() => ('model' in result ? shownPaths(result.model, options) : undefined), [result, options]);

  const message =
    noPaths(data) ??
    messageFor(data) ??
    ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined) ??
    (shown?.model.links.length === 0 ? allHidden(options) : undefined);
  if (message || !shown || 'missing' in result) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const notices = noticesOf(data, ownNotices(shown.small, options, shown.model.marker));
  return (
    <>
      <PathsView
        model={shown.model}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0)}
        context={{ target: drillTargetOf(data, shown.model.frame, replaceVariables), onAddAdHocFilter }}
      />
      <PanelNotices notices={notices} />
    </>
  );
}

function ownNotices(small: number, { minShare }: PathsOptions, marker?: PathsMarker): QueryResultMetaNotice[] {
  const left = marker?.rowsWithoutUnit ?? 0;
  const notices: QueryResultMetaNotice[] = [];
  if (small > 0) {
    notices.push({
      severity: 'info',
      text: `${plural(small, 'link')} below ${formatCount(minShare)}% of the paths ${small === 1 ? 'is' : 'are'} not drawn: lower “Smallest link” to see them.`,
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

/** What to do when the query went well and there are no paths. */
function noPaths(data: PanelData): PanelMessageContent | undefined {
  const [frame] = data.series;
  const marker = frame && frameMarker<PathsMarker>(frame, 'paths');
  const rows = data.series.reduce((sum, { length }) => sum + length, 0);
  if (!marker || rows > 0 || data.state === LoadingState.Error || (data.errors ?? []).length > 0) {
    return undefined;
  }
  const { anchor, funnel, unit, rowsWithoutUnit, direction } = marker;
  const left =
    rowsWithoutUnit > 0.5
      ? ` ${formatShare(rowsWithoutUnit)} of the requests name no ${unit}: try another unit, such as session.`
      : '';
  const [title, text] = funnel
    ? [
        `No ${unit} ${funnel.outcome === 'converted' ? 'reached' : 'dropped before'} the step`,
        `Nobody in this time range ${funnel.outcome === 'converted' ? 'got to' : 'was lost before'} “${funnel.steps[funnel.step - 1]?.name}”. Widen the range, or check the steps of the funnel.`,
      ]
    : anchor.length > 0
      ? [
          `No path ${direction === 'before' ? 'ends' : 'begins'} there`,
          `No request in this time range matches ${filterText(anchor)}. Widen the range, or change where the paths ${direction === 'before' ? 'end' : 'begin'}.`,
        ]
      : ['No paths in this time range', 'Widen the time range, take filters off, or check that requests come in.'];
  return { kind: 'empty', icon: 'search', title, text: `${text}${left}` };
}

function allHidden({ showEnds }: PathsOptions): PanelMessageContent {
  return {
    kind: 'empty',
    icon: 'eye-slash',
    title: 'Every link is left out',
    text: `Lower “Smallest link” in the options of the panel${showEnds ? '' : ', or show the ends of paths'}.`,
  };
}
