import React from 'react';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { CohortsView } from '../../src/pages/cohorts/CohortsView';
import { PageShell } from '../components/PageShell';
import { COHORTS_VIEW } from '../components/Toolbar';
import { TIMEZONE } from '../host/time-range';

const MONTH_MS = 30 * 86_400_000;

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

/** The app's page of saved cohorts: `/cohorts`. */
export function CohortsPage(props: Props) {
  return (
    <PageShell view={COHORTS_VIEW} lastMs={MONTH_MS} {...props}>
      {({ timeRange, refresh }) => <CohortsView key={refresh} timeRange={timeRange} timeZone={TIMEZONE} />}
    </PageShell>
  );
}
