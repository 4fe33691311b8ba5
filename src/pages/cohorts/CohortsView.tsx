import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import { type TimeZone } from '@grafana/schema';
import { Alert, Button, Combobox, EmptyState, Field, FilterInput, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useCallback, useMemo, useState } from 'react';

import { CohortClient } from '../../components/cohorts/cohort-client';
import { cohortText } from '../../components/cohorts/cohort-text';
import { mayChangeCohorts } from '../../components/cohorts/may-change';
import { useLoaded } from '../../components/cohorts/use-loaded';
import { plural } from '../../components/format';
import { testIds } from '../../components/test-ids';
import dataSourcePlugin from '../../datasource/plugin.json';
import { NoDataSource } from '../NoDataSource';
import { CohortCard } from './CohortCard';

interface Props {
  /** Which time says who is in a cohort without a range of its own. */
  timeRange: TimeRange;
  timeZone: TimeZone;
}

/** Above so many, there is a field to find some. */
const MANY = 6;

/** The saved cohorts of a data source, which is chosen where there are several. */
export function CohortsView({ timeRange, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const [sources] = useState(() => getDataSourceSrv().getList({ pluginId: dataSourcePlugin.id }));
  const [uid, setUid] = useState(() => {
    const asked = new URLSearchParams(locationService.getLocation().search).get('datasource');
    return (sources.find((source) => source.uid === asked) ?? sources[0])?.uid;
  });
  if (uid === undefined) {
    return <NoDataSource />;
  }
  return (
    <div className={styles.view}>
      {sources.length > 1 && (
        <Field label="Data source" noMargin>
          <Combobox
            aria-label="Data source"
            options={sources.map((source) => ({ value: source.uid, label: source.name }))}
            value={uid}
            onChange={({ value }) => setUid(value)}
            width="auto"
            minWidth={24}
          />
        </Field>
      )}
      <CohortList key={uid} uid={uid} timeRange={timeRange} timeZone={timeZone} />
    </div>
  );
}

function CohortList({ uid, timeRange, timeZone }: Props & { uid: string }) {
  const styles = useStyles2(getStyles);
  const client = useMemo(() => new CohortClient(uid), [uid]);
  const [asked, setAsked] = useState(0);
  const [search, setSearch] = useState('');
  // Another function whenever it is asked again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const loaded = useLoaded(useCallback(() => client.list(), [client, asked]));
  const again = () => setAsked(asked + 1);
  const mayChange = mayChangeCohorts();

  if (loaded.state === 'loading') {
    return <LoadingPlaceholder text="Loading cohorts" />;
  }
  if (loaded.state === 'failed') {
    return (
      <Alert severity="error" title="The cohorts could not be read" action={<Button onClick={again}>Ask again</Button>}>
        {loaded.message}
      </Alert>
    );
  }
  const all = loaded.value;
  if (all.length === 0) {
    return (
      <EmptyState variant="call-to-action" message="No cohort is saved yet">
        In a panel, click a step of a funnel, a reason, an error, an endpoint or a cohort of retention, and choose “Save
        as cohort…”. Those of <code>cohorts.saved</code> in <code>apitrail.yaml</code> are listed here, too.
      </EmptyState>
    );
  }
  const words = search.toLowerCase();
  const shown = all.filter((cohort) =>
    [cohort.name, cohort.title, cohort.description, cohortText(cohort)].some((text) =>
      text?.toLowerCase().includes(words)
    )
  );
  return (
    <>
      <div className={styles.head}>
        <span role="status">
          {shown.length === all.length
            ? plural(all.length, 'cohort')
            : `${shown.length} of ${plural(all.length, 'cohort')}`}
        </span>
        {all.length > MANY && (
          <div className={styles.search}>
            <FilterInput placeholder="Find cohorts" value={search} onChange={setSearch} escapeRegex={false} />
          </div>
        )}
      </div>
      <ul className={styles.list} data-testid={testIds.cohorts.list}>
        {shown.map((cohort) => (
          <CohortCard
            key={cohort.name}
            cohort={cohort}
            uid={uid}
            client={client}
            timeRange={timeRange}
            timeZone={timeZone}
            mayChange={mayChange}
            onDeleted={again}
          />
        ))}
      </ul>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  view: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(2),
    marginTop: theme.spacing(2),
    maxWidth: theme.breakpoints.values.lg,
  }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    color: theme.colors.text.secondary,
  }),
  search: css({ flex: '0 1 320px' }),
  list: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    listStyle: 'none',
    margin: 0,
    padding: 0,
  }),
});
