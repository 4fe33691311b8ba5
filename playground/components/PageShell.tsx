import React, { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { createTheme, type GrafanaTheme2, ThemeContext, type TimeRange } from '@grafana/data';
import { GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { rangeInAddress, rangeOf, TIMEZONE } from '../host/time-range';
import { useExploreLink } from '../host/use-explore-link';
import { RequestsDrawer } from './RequestsDrawer';
import { openPage, Toolbar } from './Toolbar';

/** What the toolbar says to the page below it. */
export interface PageState {
  timeRange: TimeRange;
  onTimeRange: (range: TimeRange) => void;
  /** Another number asks again. */
  refresh: number;
}

interface Props {
  /** Of the toolbar's pages the one that is shown. */
  view: string;
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
  /** How long before it the range begins where the address has none, milliseconds. */
  lastMs: number;
  children: (state: PageState) => React.ReactNode;
}

/**
 * What pages beside the views have in common: the toolbar, the drawer of what a link asks, and of the address the range in
 * `?from=` and `?to=` (epoch milliseconds) and `?theme=light`.
 */
export function PageShell({ view, dataSource, newest, lastMs, children }: Props) {
  const [search] = useState(() => new URLSearchParams(location.search));
  const [isDark, setDark] = useState(search.get('theme') !== 'light');
  const [timeRange, setTimeRange] = useState(() => rangeInAddress(search) ?? rangeOf(newest + 1 - lastMs, newest + 1));
  const [refresh, setRefresh] = useState(0);
  const [link, closeLink] = useExploreLink();
  const theme = useMemo(() => createTheme({ colors: { mode: isDark ? 'dark' : 'light' } }), [isDark]);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Toolbar
        view={view}
        isDark={isDark}
        timeRange={timeRange}
        timezone={TIMEZONE}
        onView={(id) => openPage(id, isDark)}
        onTheme={() => setDark(!isDark)}
        onTimeRange={setTimeRange}
        onRefresh={() => setRefresh(refresh + 1)}
      />
      <Main>{children({ timeRange, onTimeRange: setTimeRange, refresh })}</Main>
      {link && <RequestsDrawer dataSource={dataSource} link={link} timezone={TIMEZONE} onClose={closeLink} />}
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function Main({ children }: { children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  return <main className={styles.main}>{children}</main>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  main: css({
    padding: theme.spacing(0, 2, 4),
    [theme.breakpoints.down('sm')]: { padding: theme.spacing(0, 1, 4) },
  }),
});
