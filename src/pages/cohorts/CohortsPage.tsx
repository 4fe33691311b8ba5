import { PluginPage } from '@grafana/runtime';
import { dateTime, getDefaultTimeRange, type TimeRange } from '@grafana/data';
import { css } from '@emotion/css';
import { TimeRangeInput, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';

import { CohortsView } from './CohortsView';

const DAY = 86_400_000;
const MEMBER_DAYS = 30;

/** Saved cohorts: what they are, who is in them, and what can be done with them. */
export function CohortsPage() {
  const styles = useStyles2(getStyles);
  const [range, setRange] = useState<TimeRange>(lastDays);
  return (
    <PluginPage
      pageNav={{ text: 'Cohorts' }}
      subTitle="Customers, accounts and sessions under a name: a filter of every query, and a list to hand on"
    >
      <div className={styles.range}>
        <TimeRangeInput value={range} onChange={setRange} timeZone="browser" />
      </div>
      <CohortsView timeRange={range} timeZone="browser" />
    </PluginPage>
  );
}

/** The time the companion takes where nobody says one. */
function lastDays(): TimeRange {
  const now = Date.now();
  const raw = { from: `now-${MEMBER_DAYS}d`, to: 'now' };
  return { ...getDefaultTimeRange(), from: dateTime(now - MEMBER_DAYS * DAY), to: dateTime(now), raw };
}

const getStyles = () => ({ range: css({ maxWidth: '100%', width: 'fit-content' }) });
