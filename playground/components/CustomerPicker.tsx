import React, { useCallback, useEffect } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Combobox, InlineField, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { ofShop } from '../views/filters';

/** How many are offered at a time; typing finds others. */
const OFFERED = 50;

interface Props {
  dataSource: ApitrailDataSource;
  timeRange: TimeRange;
  value: string;
  onChange: (customer: string) => void;
}

/** Chooses the customer a page is about, the busiest first; while none is chosen, the busiest is. */
export function CustomerPicker({ dataSource, timeRange, value, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const find = useCallback(
    async (search: string) => {
      const found = await dataSource.resources.values({
        key: 'customer',
        from: timeRange.from.valueOf(),
        to: timeRange.to.valueOf(),
        filters: [ofShop],
        limit: OFFERED,
        ...(search ? { search } : {}),
      });
      return found.map((each) => ({ value: each.value }));
    },
    [dataSource, timeRange]
  );
  useEffect(() => {
    if (value !== '') {
      return;
    }
    let gone = false;
    find('').then(
      ([first]) => !gone && first && onChange(first.value),
      () => {}
    );
    return () => {
      gone = true;
    };
  }, [find, value, onChange]);
  return (
    <InlineField label="Customer" className={styles.field}>
      <div className={styles.select}>
        <Combobox
          aria-label="Customer"
          options={find}
          value={value || null}
          onChange={(chosen) => onChange(chosen.value)}
          createCustomValue
        />
      </div>
    </InlineField>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  field: css({ maxWidth: '100%', '& > *': { minWidth: 0 } }),
  // As wide as a name may be long, less where the window is narrow.
  select: css({ width: `min(${theme.spacing(32)}, 100vw - ${theme.spacing(18)})` }),
});
