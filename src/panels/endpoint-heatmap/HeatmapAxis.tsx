import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { AnnotationHandles } from '../../components/annotations/AnnotationHandles';
import { type PlacedMark } from '../../components/annotations/marks';
import { testIds } from '../../components/test-ids';
import { type Tick } from './axis';
import { type HeatmapLayout, X_AXIS_HEIGHT } from './layout';
import { LABEL_FONT_SIZE } from './RowLabels';

interface Props {
  ticks: Tick[];
  marks: readonly PlacedMark[];
  layout: HeatmapLayout;
  timeZone: TimeZone;
  /** Room beside the cells for the changes of rows; 0 when they are not shown. */
  changesWidth: number;
}

/** What lies below the cells: names of columns, and what annotations are pointed at by. */
export function HeatmapAxis({ ticks, marks, layout, timeZone, changesWidth }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.axis} style={{ marginLeft: layout.labelWidth, width: layout.plotWidth }}>
      <div className={styles.ticks} aria-hidden>
        {ticks.map((tick) => (
          <span
            key={`${tick.x}`}
            className={styles.tick}
            style={{ left: tick.x }}
            data-testid={testIds.heatmap.columnLabel}
          >
            {tick.text}
          </span>
        ))}
      </div>
      {changesWidth > 0 && (
        <span className={styles.changes} style={{ width: changesWidth, left: layout.plotWidth }} aria-hidden>
          Change
        </span>
      )}
      <AnnotationHandles marks={marks} timeZone={timeZone} />
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    axis: css({
      position: 'relative',
      height: X_AXIS_HEIGHT,
      flex: 'none',
      fontSize: LABEL_FONT_SIZE,
      color: theme.colors.text.secondary,
      letterSpacing: 0,
    }),
    ticks: css({ position: 'absolute', inset: 0, overflow: 'hidden' }),
    changes: css({ position: 'absolute', top: 5, textAlign: 'right' }),
    tick: css({ position: 'absolute', top: 5, whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  };
}
