import React, { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { createTheme, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer, Tab, TabsBar, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { RequestsDrawer } from '../components/RequestsDrawer';
import { EDITOR_VIEW, openPage, Toolbar } from '../components/Toolbar';
import { rangeInAddress, rangeOf } from '../host/time-range';
import { useExploreLink } from '../host/use-explore-link';
import { AnnotationForms } from './AnnotationForms';
import { type EditorProps, TIMEZONE } from './editor-props';
import { QueryForms } from './QueryForms';
import { SettingsForms } from './SettingsForms';
import { VariableForms } from './VariableForms';

const WEEK_MS = 7 * 86_400_000;

const FORMS = [
  { id: 'query', label: 'Query', Forms: QueryForms },
  { id: 'annotations', label: 'Annotations', Forms: AnnotationForms },
  { id: 'variable', label: 'Variable', Forms: VariableForms },
  { id: 'settings', label: 'Settings', Forms: SettingsForms },
] as const;

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

/**
 * Every form of the data source as Grafana hosts it, and beside it what comes of it: `/editor`, with the form in `?form=`
 * (query, annotations, variable or settings), a query as JSON in `?query=`, the range in `?from=` and `?to=` (epoch
 * milliseconds, else the last week of the lake), and `?theme=light`.
 */
export function EditorPage({ dataSource, newest }: Props) {
  const [search] = useState(() => new URLSearchParams(location.search));
  const [isDark, setDark] = useState(search.get('theme') !== 'light');
  const [timeRange, setTimeRange] = useState(() => rangeInAddress(search) ?? rangeOf(newest + 1 - WEEK_MS, newest + 1));
  const [refresh, setRefresh] = useState(0);
  const [form, setForm] = useState<string>(() => FORMS.find(({ id }) => id === search.get('form'))?.id ?? 'query');
  const [link, closeLink] = useExploreLink();
  const theme = useMemo(() => createTheme({ colors: { mode: isDark ? 'dark' : 'light' } }), [isDark]);
  const { Forms } = FORMS.find(({ id }) => id === form)!;
  const forms: EditorProps = {
    dataSource,
    timeRange,
    onTimeRange: setTimeRange,
    refresh,
    given: search.get('query'),
  };
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Toolbar
        view={EDITOR_VIEW}
        isDark={isDark}
        timeRange={timeRange}
        timezone={TIMEZONE}
        onView={(id) => openPage(id, isDark)}
        onTheme={() => setDark(!isDark)}
        onTimeRange={setTimeRange}
        onRefresh={() => setRefresh(refresh + 1)}
      />
      <Page>
        <TabsBar>
          {FORMS.map(({ id, label }) => (
            <Tab key={id} label={label} active={id === form} onChangeTab={() => setForm(id)} />
          ))}
        </TabsBar>
        <Forms {...forms} />
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
