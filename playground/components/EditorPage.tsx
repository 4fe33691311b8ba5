import React, { useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { createTheme, dateTime, type GrafanaTheme2, LoadingState, ThemeContext } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { QueryEditor } from '../../src/datasource/query-editor/LazyQueryEditor';
import type { ApitrailQuery } from '../../src/datasource/types';
import { TablePanel } from './TablePanel';
import { usePanelData } from './use-panel-data';

const TIMEZONE = 'UTC';
const DAY_MS = 86_400_000;

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

/**
 * The query editor as Grafana hosts it, over the last day of the lake, and the answer below: `/editor`, with the query as
 * JSON in `?query=` and `?theme=light`.
 */
export function EditorPage(props: Props) {
  const search = new URLSearchParams(locationService.getLocation().search);
  const isDark = search.get('theme') !== 'light';
  const theme = useMemo(() => createTheme({ colors: { mode: isDark ? 'dark' : 'light' } }), [isDark]);
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <EditorAndAnswer {...props} given={search.get('query')} />
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function EditorAndAnswer({ dataSource, newest, given }: Props & { given: string | null }) {
  const styles = useStyles2(getStyles);
  const [query, setQuery] = useState<ApitrailQuery>(() => ({ refId: 'A', ...JSON.parse(given ?? '{}') }));
  const [asked, setAsked] = useState({ query, times: 0 });
  const [timeRange] = useState(() => {
    const [from, to] = [dateTime(newest + 1 - DAY_MS), dateTime(newest + 1)];
    return { from, to, raw: { from, to } };
  });
  const [filters] = useState([]);
  const question = { dataSource, query: asked.query, timeRange, timezone: TIMEZONE, filters, width: 1000 };
  const data = usePanelData({ ...question, refresh: asked.times });
  const rows = data.series.reduce((sum, frame) => sum + frame.length, 0);
  return (
    <main className={styles.page}>
      <QueryEditor
        datasource={dataSource}
        query={query}
        data={data}
        range={timeRange}
        onChange={setQuery}
        onRunQuery={() =>
          // The change that comes with it is drawn first, as in Grafana.
          setQuery((newest) => {
            setAsked(({ times }) => ({ query: newest, times: times + 1 }));
            return newest;
          })
        }
      />
      <p role="status">
        {data.state === LoadingState.Error
          ? data.errors?.map(({ message }) => message).join(' ')
          : data.state === LoadingState.Done
            ? `${data.series.length} frames, ${rows} rows`
            : 'Asking'}
      </p>
      <TablePanel data={data} timezone={TIMEZONE} width={1000} height={300} />
    </main>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2), overflowX: 'auto' }),
});
