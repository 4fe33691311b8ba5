import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, Spinner, useStyles2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../test-ids';
import { membersText } from './cohort-text';
import { type DraftCount } from './count-draft';
import { type Loaded } from './use-loaded';

interface Props {
  count: Loaded<DraftCount>;
  unit: string;
}

/** How many a cohort would have, as it is set up at the moment. */
export function DraftCountLine({ count, unit }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.line} role="status" data-testid={testIds.cohorts.count}>
      {count.state === 'loading' && (
        <>
          <Spinner inline size="sm" /> Counting
        </>
      )}
      {count.state === 'failed' && (
        <>
          <Icon name="exclamation-triangle" /> Not counted: {count.message}
        </>
      )}
      {count.state === 'done' && (
        <strong>
          {count.value.atMost && count.value.count > 0 && 'At most '}
          {membersText(count.value.count, unit)}
        </strong>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    minHeight: theme.spacing(3),
    marginBottom: theme.spacing(2),
    overflowWrap: 'anywhere',
  }),
});
