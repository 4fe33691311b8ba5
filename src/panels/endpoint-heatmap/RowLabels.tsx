import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { memo } from 'react';

import { methodColor } from '../../components/http-method';
import { type MeasureText, truncateMiddle } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { type RowName } from './describe';
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
const PADDING = 12;
const METHOD_GAP = 6;
const MIN_LINE = 14;
const CONTEXT_SHARE = 0.4;

/** Room that a label needs to be shown in full. */
export function labelWidth(name: RowName, measure: MeasureText): number {
  const method = name.method ? measure(name.method) + METHOD_GAP : 0;
  const context = name.context ? measure(name.context) + METHOD_GAP : 0;
  return method + context + measure(name.main) + PADDING + 2;
}

/** Labels of the rows in view: method, route, service. What does not fit is cut in the middle; its title has it all. */
export const RowLabels = memo(function RowLabels({
  names,
  labels,
  layout,
  scrollTop,
  active,
  measure,
  onClick,
}: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const { first, last } = visibleRows(layout, scrollTop);
  const every = Math.max(1, Math.ceil(MIN_LINE / layout.rowHeight));
  const rows: React.ReactNode[] = [];
  for (let row = first; row <= last; row++) {
    if (row % every !== 0 && row !== active) {
      continue;
    }
    const name = names[row];
    const method = name.method ? measure(name.method) + METHOD_GAP : 0;
    const room = layout.labelWidth - PADDING - method;
    const full = name.context ? measure(name.context) + METHOD_GAP : 0;
    const spare = room - measure(name.main);
    const contextRoom = name.context ? Math.min(full, Math.max(spare, room * CONTEXT_SHARE)) : 0;
    const showContext = name.context !== undefined && contextRoom > 30;
    const mainRoom = room - (showContext ? contextRoom : 0);
    rows.push(
      <div
        key={row}
        className={cx(styles.label, row === active && styles.active)}
        style={{
          top: row * layout.rowHeight - scrollTop,
          height: Math.max(layout.rowHeight, row === active ? MIN_LINE : 0) - layout.gap,
        }}
        title={labels[row]}
        data-testid={testIds.heatmap.rowLabel}
        onClick={(event) => onClick(row, event)}
      >
        {showContext && (
          <span className={styles.context}>
            {truncateMiddle(name.context ?? '', contextRoom - METHOD_GAP, measure)}
          </span>
        )}
        {name.method && (
          <span className={styles.method} style={{ color: methodColor(name.method, theme) }}>
            {name.method}
          </span>
        )}
        <span className={styles.main}>{truncateMiddle(name.main, mainRoom, measure)}</span>
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
      justifyContent: 'flex-end',
      gap: METHOD_GAP,
      paddingRight: PADDING - 4,
      fontSize: LABEL_FONT_SIZE,
      lineHeight: 1,
      whiteSpace: 'nowrap',
      color: theme.colors.text.primary,
      cursor: 'pointer',
      '&:hover': { background: theme.colors.action.hover },
    }),
    active: css({ background: theme.colors.action.selected, zIndex: 1 }),
    context: css({ color: theme.colors.text.secondary, marginRight: 'auto', paddingLeft: 2 }),
    method: css({ fontWeight: theme.typography.fontWeightMedium }),
    main: css({ fontVariantNumeric: 'tabular-nums' }),
  };
}
