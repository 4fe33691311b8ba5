import React, { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { createTheme, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { CohortsView } from '../../src/pages/cohorts/CohortsView';
import { RequestsDrawer } from '../components/RequestsDrawer';
import { COHORTS_VIEW, openPage, Toolbar } from '../components/Toolbar';
import { rangeInAddress, rangeOf } from '../host/time-range';
import { useExploreLink } from '../host/use-explore-link';

const TIMEZONE = 'UTC';
const MONTH_MS = 30 * 86_400_000;

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

/** The app's page of saved cohorts: `/cohorts`, with the range in `?from=` and `?to=`, and `?theme=light`. */
export function CohortsPage({ dataSource, newest }: Props) {
  const [search] = useState(() => new URLSearchParams(location.search));
  const [isDark, setDark] = useState(search.get('theme') !== 'light');
  const [timeRange, setTimeRange] = useState(
    () => rangeInAddress(search) ?? rangeOf(newest + 1 - MONTH_MS, newest + 1)
  );
  const [refresh, setRefresh] = useState(0);
  const [link, closeLink] = useExploreLink();
  const theme = useMemo(() => createTheme({ colors: { mode: isDark ? 'dark' : 'light' } }), [isDark]);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Toolbar
        view={COHORTS_VIEW}
        isDark={isDark}
        timeRange={timeRange}
        timezone={TIMEZONE}
        onView={(id) => openPage(id, isDark)}
        onTheme={() => setDark(!isDark)}
        onTimeRange={setTimeRange}
        onRefresh={() => setRefresh(refresh + 1)}
      />
      <Page>
        <CohortsView key={refresh} timeRange={timeRange} timeZone={TIMEZONE} />
      </Page>
      {link && <RequestsDrawer dataSource={dataSource} link={link} timezone={TIMEZONE} onClose={closeLink} />}
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function Page({ children }: { children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  return <main className={styles.page}>{children}</main>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(0, 2, 4),
    [theme.breakpoints.down('sm')]: { padding: theme.spacing(0, 1, 4) },
  }),
});
