import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { memo } from 'react';

import { changeText, earlierText } from '../../components/change';
import { type NumberFormat } from '../../components/format';
import { testIds } from '../../components/test-ids';
import { type RowChange } from './changes';
import { type HeatmapLayout, visibleRows } from './layout';
import { LABEL_FONT_SIZE } from './RowLabels';

interface Props {
  changes: RowChange[];
  labels: string[];
  layout: HeatmapLayout;
  width: number;
  scrollTop: number;
  active?: number;
  format: NumberFormat;
  /** Values count something: from 0 is new. */
  counting: boolean;
  timeShift: string | undefined;
}

/** How much each row in view has changed since the earlier time. */
export const RowChanges = memo(function RowChanges(props: Props) {
  const { changes, labels, layout, width, scrollTop, active, format, counting, timeShift } = props;
  const styles = useStyles2(getStyles);
  const { first, last } = visibleRows(layout, scrollTop);
  return (
    <div className={styles.column} style={{ width, height: layout.viewHeight }} aria-hidden>
      {changes.slice(first, last + 1).map(({ label, now, previous, change }, index) => {
        const row = first + index;
        return (
          <div
            key={row}
            className={cx(styles.change, row === active && styles.active)}
            style={{ top: row * layout.rowHeight - scrollTop, height: layout.rowHeight - layout.gap }}
            title={`${labels[row]}: ${label.toLowerCase()} ${format(now)}, ${earlierText(timeShift)} ${format(previous)}`}
            data-testid={testIds.heatmap.rowChange}
          >
            {changeText(change, counting)}
          </div>
        );
      })}
    </div>
  );
});

function getStyles(theme: GrafanaTheme2) {
  return {
    column: css({ position: 'relative', overflow: 'hidden', flex: 'none' }),
    change: css({
      position: 'absolute',
      left: 0,
      right: 0,
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'flex-end',
      letterSpacing: 0,
      fontSize: LABEL_FONT_SIZE,
      lineHeight: 1,
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
      color: theme.colors.text.secondary,
    }),
    active: css({ color: theme.colors.text.primary }),
  };
}
