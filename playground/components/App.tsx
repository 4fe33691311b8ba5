import React, { useCallback, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import {
  type AdHocVariableFilter,
  createTheme,
  EventBusSrv,
  type GrafanaTheme2,
  ThemeContext,
  type TimeRange,
} from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { GlobalStyles, PanelContextProvider, PortalContainer, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { rangeInAddress, rangeOf, TIMEZONE } from '../host/time-range';
import { useExploreLink } from '../host/use-explore-link';
import { CUSTOMER_VIEW, type View, VIEWS } from '../views';
import { AnnotationSwitches } from './AnnotationSwitches';
import { ComparePicker, NO_COMPARISON } from './ComparePicker';
import { CustomerPicker } from './CustomerPicker';
import { RequestsDrawer } from './RequestsDrawer';
import { openPage, Toolbar } from './Toolbar';
import { useAnnotations } from './use-annotations';
import { ViewPanelCard } from './ViewPanelCard';

const NONE_HIDDEN: ReadonlySet<string> = new Set();
const NO_PANELS: View['panels'] = [];

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

interface Start {
  view: View;
  isDark: boolean;
  range: TimeRange;
  /** How much earlier the time is that panels compare with. */
  compare: string;
  /** Whom a page of one customer is about; empty while nobody is chosen. */
  customer: string;
}

function defaultRange(view: View, newest: number): TimeRange {
  const { range } = view;
  return 'last' in range ? rangeOf(newest + 1 - range.last, newest + 1) : rangeOf(range.from, range.to);
}

function readAddress(newest: number): Start {
  const search = new URLSearchParams(locationService.getLocation().search);
  const view = VIEWS.find(({ id }) => id === search.get('view')) ?? VIEWS[0]!;
  return {
    view,
    isDark: search.get('theme') !== 'light',
    compare: search.get('compare') ?? NO_COMPARISON,
    customer: search.get('customer') ?? '',
    range: rangeInAddress(search) ?? defaultRange(view, newest),
  };
}

export function App({ dataSource, newest }: Props) {
  const [start] = useState(() => readAddress(newest));
  const [view, setView] = useState(start.view);
  const [isDark, setDark] = useState(start.isDark);
  const [timeRange, setTimeRange] = useState(start.range);
  const [filters, setFilters] = useState<AdHocVariableFilter[]>([]);
  const [compare, setCompare] = useState(start.compare);
  const [customer, setCustomer] = useState(start.customer);
  const [refresh, setRefresh] = useState(0);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(NONE_HIDDEN);
  const [link, closeLink] = useExploreLink();
  const theme = useMemo(() => createTheme({ colors: { mode: isDark ? 'dark' : 'light' } }), [isDark]);

  const shownAnnotations = useMemo(() => view.annotations.filter(({ name }) => !hidden.has(name)), [view, hidden]);
  const annotations = useAnnotations({
    dataSource,
    annotations: shownAnnotations,
    timeRange,
    timezone: TIMEZONE,
    filters,
    refresh,
  });

  const choose = useCallback(
    (id: string) => {
      const next = VIEWS.find((candidate) => candidate.id === id);
      if (!next) {
        openPage(id, isDark);
        return;
      }
      setView(next);
      setTimeRange(defaultRange(next, newest));
      setFilters([]);
    },
    [isDark, newest]
  );
  const openCustomer = useCallback((chosen: string) => {
    setCustomer(chosen);
    setView(VIEWS.find(({ id }) => id === CUSTOMER_VIEW)!);
    setFilters([]);
    window.scrollTo(0, 0);
  }, []);
  const panelContext = useMemo(
    () => ({
      eventsScope: 'playground',
      eventBus: new EventBusSrv(),
      onAddAdHocFilter: (item: AdHocVariableFilter) => setFilters((before) => [...before, item]),
    }),
    []
  );
  const zoom = useCallback((from: number, to: number) => setTimeRange(rangeOf(from, to)), []);

  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider value={panelContext}>
        <Toolbar
          view={view.id}
          isDark={isDark}
          timeRange={timeRange}
          timezone={TIMEZONE}
          filters={filters}
          onView={choose}
          onTheme={() => setDark(!isDark)}
          onTimeRange={setTimeRange}
          onRemoveFilter={(index) => setFilters(filters.filter((_, other) => other !== index))}
          onRefresh={() => setRefresh(refresh + 1)}
        />
        <Panels
          view={view}
          controls={
            <>
              <AnnotationSwitches
                annotations={view.annotations}
                hidden={hidden}
                onChange={setHidden}
                error={annotations.error}
              />
              <ComparePicker value={compare} onChange={setCompare} />
              {view.customer && (
                <CustomerPicker dataSource={dataSource} timeRange={timeRange} value={customer} onChange={setCustomer} />
              )}
            </>
          }
        >
          {(view.customer && customer === '' ? NO_PANELS : view.panels).map((panel, index) => (
            <div key={`${view.id}-${panel.id}`} style={{ gridColumn: `span ${panel.span}` }}>
              <ViewPanelCard
                index={index}
                panel={panel}
                dataSource={dataSource}
                timeRange={timeRange}
                timezone={TIMEZONE}
                filters={filters}
                compare={compare}
                customer={customer}
                annotations={annotations.frames}
                refresh={refresh}
                onChangeTimeRange={zoom}
                onCustomer={openCustomer}
              />
            </div>
          ))}
        </Panels>
        {link && <RequestsDrawer dataSource={dataSource} link={link} timezone={TIMEZONE} onClose={closeLink} />}
        <PortalContainer />
      </PanelContextProvider>
    </ThemeContext.Provider>
  );
}

function Panels({ view, controls, children }: { view: View; controls: React.ReactNode; children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <main className={styles.page}>
      <p className={styles.about}>{view.about}</p>
      <div className={styles.controls}>{controls}</div>
      <div className={styles.grid}>{children}</div>
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(1, 2, 4) }),
  about: css({ color: theme.colors.text.secondary, margin: theme.spacing(0.5, 0, 1) }),
  controls: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', columnGap: theme.spacing(3) }),
  grid: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(12, minmax(0, 1fr))',
    gap: theme.spacing(1),
    [theme.breakpoints.down('md')]: { '& > *': { gridColumn: 'span 12 !important' } },
  }),
});
