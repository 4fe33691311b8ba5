import { applyFieldOverrides, type InterpolateFunction, type PanelData, type PanelProps } from '@grafana/data';
import { usePanelContext, useTheme2 } from '@grafana/ui';
import { type CustomersMarker } from '@apitrail/contract';
import React, { useMemo } from 'react';

import { drillTargetOf } from '../../components/drill-down';
import { frameMarker } from '../../components/find-field';
import { messageFor, noticesOf, type PanelMessageContent, wrongShape } from '../../components/panel-state';
import { PanelMessage } from '../../components/PanelMessage';
import { NOTICES_HEIGHT, PanelNotices } from '../../components/PanelNotices';
import { pageText } from './describe';
import { timelineModel, WANTED_COLUMNS } from './model';
import { defaultOptions, type TimelineOptions } from './options';
import { PAGER_HEIGHT, TimelinePager } from './TimelinePager';
import { TimelineView } from './TimelineView';
import { usePage } from './use-page';

/** What one customer lived through: sessions, requests, errors and journeys, in the order they came. */
export function CustomerTimelinePanel(props: PanelProps<TimelineOptions>) {
  const { data, width, height, timeZone, replaceVariables, fieldConfig } = props;
  const theme = useTheme2();
  const { onAddAdHocFilter } = usePanelContext();
  const options = useMemo(() => ({ ...defaultOptions, ...props.options }), [props.options]);
  const own = data.series.find(({ length }) => length > 0);
  const target = own && drillTargetOf(data, own, replaceVariables);
  const page = usePage(data, own, target);
  const series = useMemo(
    () =>
      page.frames
        ? applyFieldOverrides({ data: page.frames, fieldConfig, replaceVariables, theme, timeZone })
        : data.series,
    [page.frames, data.series, fieldConfig, replaceVariables, theme, timeZone]
  );
  const result = useMemo(() => timelineModel(series), [series]);

  const message =
    nobodyChosen(data, replaceVariables) ??
    nothingFound(data) ??
    messageFor(data) ??
    ('missing' in result ? wrongShape(result.missing, WANTED_COLUMNS, data.series) : undefined);
  if (message || 'missing' in result) {
    return message ? <PanelMessage message={message} width={width} height={height} /> : null;
  }
  const { model } = result;
  const { go } = page;
  const { older, newer } = model.marker?.cursors ?? {};
  const paged = go !== undefined && (older ?? newer) !== undefined;
  const failure = page.error === undefined ? [] : [{ severity: 'error' as const, text: pageError(page.error) }];
  const notices = noticesOf({ ...data, series }, failure)
    .filter(({ text }) => !paged || !PAGE_NOTICE.test(text))
    .map((notice) => (PAGE_NOTICE.test(notice.text) ? { ...notice, text: pageText(model) } : notice));
  return (
    <>
      <TimelineView
        key={model.customer}
        page={page.id}
        model={model}
        options={options}
        width={width}
        height={height - (notices.length > 0 ? NOTICES_HEIGHT : 0) - (paged ? PAGER_HEIGHT : 0)}
        timeZone={timeZone}
        context={{
          target,
          onAddAdHocFilter,
          dashboardLinks: options.dashboardLinks,
        }}
      />
      {paged && (
        <TimelinePager
          model={model}
          order={options.order}
          width={width}
          timeZone={timeZone}
          loading={page.loading}
          onPage={go}
        />
      )}
      <PanelNotices notices={notices} />
    </>
  );
}

/** What the companion says of a page, in the words of queries. */
const PAGE_NOTICE = /limit(?:,| and) offset.*choose others/;

const pageError = (why: string) => `The other page could not be loaded: ${why}`;

interface CustomersTarget {
  queryType?: string;
  view?: string;
  customer?: string;
}

/** A timeline is that of one customer: before one is chosen there is no question to fail. */
function nobodyChosen(data: PanelData, replaceVariables: InterpolateFunction): PanelMessageContent | undefined {
  const targets = (data.request?.targets ?? []) as CustomersTarget[];
  const target = targets.find(({ queryType, view }) => queryType === 'customers' && view === 'timeline');
  const chosen = target && replaceVariables(target.customer ?? '').trim();
  return target && (chosen === '' || /^\$\{?\w+/.test(chosen ?? ''))
    ? {
        kind: 'empty',
        icon: 'user',
        title: 'Choose a customer',
        text: 'A timeline is that of one customer. Choose one above, click one in a list of customers, or write one into the query.',
      }
    : undefined;
}

function nothingFound(data: PanelData): PanelMessageContent | undefined {
  const marker = data.series
    .map((frame) => frameMarker<CustomersMarker>(frame, 'customers'))
    .find((each) => each?.view === 'timeline');
  return marker && data.series.every(({ length }) => length === 0)
    ? {
        kind: 'empty',
        icon: 'user',
        title: `No requests of ${marker.customer ?? 'this customer'}`,
        text: `Nothing of this ${marker.unit} is in the time range, after the filters. Widen the range, or check how the customer is written.`,
      }
    : undefined;
}
