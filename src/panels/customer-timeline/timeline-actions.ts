import { urlUtil } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter } from '@apitrail/contract';

import { type Action, addFilters, copyText, linkActions, openRequests } from '../../components/actions';
import { type DrillTarget, equals, FAILED_REQUESTS, hrefOf, openPath } from '../../components/drill-down';
import { type TimelineItem } from './arrange';
import { type TimelineEvent, type TimelineModel, type TimelineSession } from './model';

/** What a click can reach. */
export interface TimelineContext {
  target?: DrillTarget;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  /** Whether dashboards that come with Apitrail are linked to. */
  dashboardLinks: boolean;
}

const AROUND_MS = 300_000;
const TRACE_MS = 3_600_000;
const ENDPOINT_DASHBOARD = '/d/apitrail-api-overview';

/** What can be done with a row; none where nothing can. */
export function itemActions(
  model: TimelineModel,
  item: TimelineItem,
  text: string,
  context: TimelineContext
): Array<Array<Action | undefined>> | undefined {
  switch (item.kind) {
    case 'session':
      return sessionActions(model, item.session, text, context);
    case 'event':
      return eventActions(model, item.event, text, context);
    default:
      return undefined;
  }
}

function eventActions(model: TimelineModel, event: TimelineEvent, text: string, context: TimelineContext) {
  const { target, onAddAdHocFilter } = context;
  const { time, traceId, method, route, session } = event;
  const around = { from: time - AROUND_MS, to: time + Math.max(event.durationMs || 0, 1) + AROUND_MS };
  const isRequest = event.kind !== 'journey';
  return [
    [
      traceId === undefined
        ? undefined
        : openRequests(
            target,
            { from: time - TRACE_MS, to: time + TRACE_MS, filters: [equals('trace_id', traceId)] },
            'Open the trace',
            'What all services did for this request'
          ),
      openRequests(
        target,
        { ...around, filters: ownFilters(model, session) },
        'Open the requests around',
        'Five minutes before and after, of this customer'
      ),
      event.kind === 'error' ? sameError(model, event, target) : undefined,
    ],
    [
      isRequest && context.dashboardLinks && target ? endpointDashboard(model, event, target) : undefined,
      ...linkActions(model.titleField?.getLinks?.({ valueRowIndex: event.frameRow }) ?? []),
    ],
    [
      isRequest && route !== undefined
        ? addFilters(onAddAdHocFilter, { method: method ?? null, route }, 'Filter for this endpoint')
        : undefined,
      copyText(text, 'Copy'),
    ],
  ];
}

function sessionActions(model: TimelineModel, session: TimelineSession, text: string, context: TimelineContext) {
  const range = { from: session.time, to: session.timeEnd + 1 };
  const own = ownFilters(model, undefined);
  const filters = session.session === undefined ? own : ofSession(session.session, own);
  return [
    [
      openRequests(context.target, { ...range, filters }, 'Open the requests of this session'),
      session.errors > 0
        ? openRequests(
            context.target,
            { ...range, filters: filters && [...filters, FAILED_REQUESTS] },
            'Open its failed requests'
          )
        : undefined,
    ],
    [
      addFilters(context.onAddAdHocFilter, { session: session.session ?? null }, 'Filter for this session'),
      copyText(session.session ?? text, session.session ? 'Copy the session’s id' : 'Copy'),
    ],
  ];
}

/** What finds the customer's own requests: those that name it, and those of the session, which may not. */
function ownFilters({ customer, marker }: TimelineModel, session: string | undefined): Filter[] {
  const own = customer === undefined || !marker ? [] : [equals(marker.unit, customer)];
  const visit = session === undefined ? [] : [equals('session', session)];
  return own.length > 0 && visit.length > 0 ? [{ any: [...own, ...visit] }] : [...own, ...visit];
}

/** What finds the requests of a session: those that name it, and the customer's own that name none. */
function ofSession(session: string, own: Filter[]): Filter[] {
  const named = equals('session', session);
  return own.length === 0 ? [named] : [{ any: [named, { all: [...own, equals('session', null)] }] }];
}

function sameError(model: TimelineModel, event: TimelineEvent, target: DrillTarget | undefined): Action | undefined {
  const { errorGroup, status, method, route } = event;
  const { marker } = model;
  const range = marker
    ? { from: marker.from, to: marker.to }
    : { from: event.time - TRACE_MS, to: event.time + TRACE_MS };
  const filters =
    errorGroup !== undefined
      ? [equals('error_group', errorGroup)]
      : [
          ...(status === undefined ? [] : [equals('status', String(status))]),
          ...(method === undefined ? [] : [equals('method', method)]),
          ...(route === undefined ? [] : [equals('route', route)]),
        ];
  return openRequests(
    target,
    { ...range, filters: [...filters, FAILED_REQUESTS] },
    'Open all requests with this error',
    'Of all customers, in the range of the panel'
  );
}

/** The dashboard of an endpoint, over the range of the panel. */
function endpointDashboard(
  { marker }: TimelineModel,
  { service, method, route, time }: TimelineEvent,
  { datasource }: DrillTarget
): Action | undefined {
  if (route === undefined) {
    return undefined;
  }
  const path = urlUtil.renderUrl(ENDPOINT_DASHBOARD, {
    'var-datasource': datasource.uid,
    ...(service === undefined ? {} : { 'var-service': service }),
    ...(method === undefined ? {} : { 'var-method': method }),
    'var-route': route,
    from: String(Math.floor(marker?.from ?? time - TRACE_MS)),
    to: String(Math.ceil(marker?.to ?? time + TRACE_MS)),
  });
  return {
    label: 'Open the dashboard of this endpoint',
    icon: 'apps',
    href: hrefOf(path),
    run: (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        openPath(path);
      }
    },
  };
}
