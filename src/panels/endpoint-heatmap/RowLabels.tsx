import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { memo, useMemo } from 'react';

import { methodColor } from '../../components/http-method';
import { type MeasureText, truncateMiddle } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { labelColumns, type RowName, shortName } from './row-names';
import { type HeatmapLayout, visibleRows } from './layout';

interface Props {
  names: RowName[];
  labels: string[];
  layout: HeatmapLayout;
  scrollTop: number;
  /** The row under the pointer or the cursor. */
  active?: number;
  measure: MeasureText;
  onClick: (row: number, event: React.MouseEvent) => void;
}

export const LABEL_FONT_SIZE = 12;
const PADDING = 10;
const GAP = 8;
const MIN_LINE = 14;

/** Labels of the rows in view: service, method, route. What does not fit is cut where it tells least; its title has it all. */
export const RowLabels = memo(function RowLabels(props: Props) {
  const { names, labels, layout, scrollTop, active, measure, onClick } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const columns = useMemo(() => labelColumns(names, layout.labelWidth, measure), [names, layout.labelWidth, measure]);
  const { first, last } = visibleRows(layout, scrollTop);
  const every = Math.max(1, Math.ceil(MIN_LINE / layout.rowHeight));
  const rows: React.ReactNode[] = [];
  for (let row = first; row <= last; row++) {
    if (row % every !== Math.floor(every / 2) && row !== active) {
      continue;
    }
    const name = names[row];
    // Of rows too low for a line of text only some are named, each beside the middle of its row.
    const height = every > 1 ? MIN_LINE : layout.rowHeight - layout.gap;
    const middle = (row + 0.5) * layout.rowHeight - scrollTop;
    const top =
      every > 1
        ? Math.min(layout.viewHeight - height, Math.max(0, middle - height / 2))
        : row * layout.rowHeight - scrollTop;
    rows.push(
      <div
        key={row}
        className={cx(styles.label, row === active && styles.active)}
        style={{ top, height }}
        title={labels[row]}
        data-testid={testIds.heatmap.rowLabel}
        onClick={(event) => onClick(row, event)}
      >
        {columns.context > 0 && (
          <span className={styles.context} style={{ width: columns.context }}>
            {truncateMiddle(name.context ?? '', columns.context, measure)}
          </span>
        )}
        {columns.method > 0 && (
          <span
            className={styles.method}
            style={{ width: columns.method, color: name.method ? methodColor(name.method, theme) : undefined }}
          >
            {name.method}
          </span>
        )}
        <span className={styles.main}>{shortName(name, columns.main, measure)}</span>
      </div>
    );
  }
  return (
    <div className={styles.labels} style={{ width: layout.labelWidth, height: layout.viewHeight }} aria-hidden>
      {rows}
    </div>
  );
});

function getStyles(theme: GrafanaTheme2) {
  return {
    labels: css({ position: 'relative', overflow: 'hidden', flex: 'none' }),
    label: css({
      position: 'absolute',
      left: 0,
      right: 0,
      display: 'flex',
      alignItems: 'center',

      gap: GAP,
      paddingRight: PADDING,
      letterSpacing: 0,
      fontSize: LABEL_FONT_SIZE,
      lineHeight: 1,
      whiteSpace: 'nowrap',
      color: theme.colors.text.primary,
      cursor: 'pointer',
      '&:hover': { background: theme.colors.action.hover },
    }),
    active: css({ background: theme.colors.background.secondary, zIndex: 1 }),
    context: css({ color: theme.colors.text.secondary, flex: 'none' }),
    method: css({ flex: 'none' }),
    main: css({ fontVariantNumeric: 'tabular-nums' }),
  };
}
