import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { config, PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, useStyles2 } from '@grafana/ui';

import appPlugin from '../plugin.json';
import { DASHBOARDS } from './dashboards';
import { NoDataSource } from './NoDataSource';
import { type DataSourceState, useDataSources } from './use-data-sources';

/** Whether there is a data source and whether it answers, and where to go from here. */
export function GettingStarted() {
  const styles = useStyles2(getStyles);
  const dataSources = useDataSources();
  return (
    <PluginPage subTitle="What an API’s customers live through, from its request logs">
      <div className={styles.page}>
        <section aria-labelledby="apitrail-data-sources">
          <h3 id="apitrail-data-sources">Data source</h3>
          {dataSources.length === 0 && <NoDataSource />}
          {dataSources.map((dataSource) => (
            <DataSourceHealth key={dataSource.uid} dataSource={dataSource} />
          ))}
        </section>
        <section aria-labelledby="apitrail-dashboards">
          <h3 id="apitrail-dashboards">Dashboards</h3>
          <ul className={styles.dashboards}>
            {DASHBOARDS.map(({ uid, title, question }) => (
              <li key={uid} className={styles.dashboard}>
                <a className={styles.link} href={`${config.appSubUrl}/d/${uid}`}>
                  {title}
                </a>
                <p className={styles.question}>{question}</p>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="apitrail-cohorts">
          <h3 id="apitrail-cohorts">Cohorts</h3>
          <p>
            Who met an error, dropped at a step or started on a day can be saved from any panel:{' '}
            <a className={styles.link} href={`${config.appSubUrl}/a/${appPlugin.id}/cohorts`}>
              saved cohorts
            </a>
            , to filter by, to export and to push to a CRM.
          </p>
        </section>
        <section aria-labelledby="apitrail-documentation">
          <h3 id="apitrail-documentation">Documentation</h3>
          <p>
            How to send logs, keep them and ask about them is in the folder <code>docs</code> of the repository. Every
            query can be tried in{' '}
            <a className={styles.link} href={`${config.appSubUrl}/explore`}>
              Explore
            </a>
            .
          </p>
        </section>
      </div>
    </PluginPage>
  );
}

const SEVERITY = { checking: 'info', ok: 'success', error: 'error' } as const;

function DataSourceHealth({ dataSource: { uid, name, health, message } }: { dataSource: DataSourceState }) {
  return (
    <Alert severity={SEVERITY[health]} title={name}>
      <p>{message}</p>
      {health === 'error' && (
        <LinkButton variant="secondary" size="sm" href={`${config.appSubUrl}/connections/datasources/edit/${uid}`}>
          Open its settings
        </LinkButton>
      )}
    </Alert>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(3), maxWidth: theme.breakpoints.values.lg }),
  dashboards: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))',
    gap: theme.spacing(2),
    listStyle: 'none',
  }),
  dashboard: css({
    padding: theme.spacing(2),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
  }),
  link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
  question: css({ margin: theme.spacing(1, 0, 0, 0), color: theme.colors.text.secondary }),
});
