import { cx } from '@emotion/css';
import { colorManipulator } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { capital, formatCount } from '../../components/format';
import { testIds } from '../../components/test-ids';
import { VisuallyHidden } from '../../components/VisuallyHidden';
import { changeOf, type CellScale } from './cell-scale';
import { shortChange } from './cell-text';
import { MEAN } from './describe';
import { type RetentionCohort, type RetentionModel } from './model';
import { getRetentionStyles, hatching } from './retention-styles';
import { type CohortDrawing } from './use-cohort-layout';

/** What makes an element a place of the grid that keyboard and pointer find; `text` is what it shows. */
export type Placed = (row: number, column: number, text: string) => React.HTMLAttributes<HTMLElement>;

interface RowProps {
  model: RetentionModel;
  drawing: CohortDrawing;
  colors: CellScale;
  placed: Placed;
  /** Number of the row among all, counted from 1. */
  rowIndex: number;
}

/** Names of the columns. */
export function HeadRow({ model, drawing }: Pick<RowProps, 'model' | 'drawing'>) {
  const styles = useStyles2(getRetentionStyles);
  const { nameWidth, sizeWidth, cellWidth, shortHeaders, headerStep, headerHeight, contentWidth } = drawing.layout;
  return (
    <div
      className={cx(styles.row, styles.head)}
      style={{ width: contentWidth, height: headerHeight }}
      role="row"
      aria-rowindex={1}
    >
      <div
        role="columnheader"
        aria-label="Cohort"
        className={cx(styles.fixed, styles.name)}
        style={{ width: nameWidth }}
      >
        <span className={styles.cut}>
          {shortHeaders && model.marker ? `${capital(model.marker.interval)} →` : 'Cohort'}
        </span>
      </div>
      {sizeWidth > 0 && (
        <div
          role="columnheader"
          className={cx(styles.fixed, styles.size)}
          style={{ width: sizeWidth, left: nameWidth }}
          title={`How many ${model.unitName} started`}
        >
          {capital(model.unitName)}
        </div>
      )}
      {model.columns.map(({ label, short }, column) => {
        const shown = !shortHeaders || column % headerStep === 0;
        return (
          <div
            key={column}
            role="columnheader"
            aria-label={shown ? label : undefined}
            className={styles.column}
            style={{ width: cellWidth }}
            title={label}
            data-testid={testIds.retention.column}
          >
            {shown ? shortHeaders ? short : label : <VisuallyHidden>{label}</VisuallyHidden>}
          </div>
        );
      })}
    </div>
  );
}

/** The mean over complete cohorts, column by column. */
export function MeanRow({ model, drawing, colors, placed, rowIndex, top }: RowProps & { top: boolean }) {
  const styles = useStyles2(getRetentionStyles);
  const { nameWidth, sizeWidth, cellWidth, rowHeight, contentWidth, showChanges } = drawing.layout;
  return (
    <div
      className={cx(styles.row, styles.mean, top ? styles.meanTop : styles.meanBottom)}
      style={{ width: contentWidth, height: rowHeight }}
      role="row"
      aria-rowindex={rowIndex}
      data-testid={testIds.retention.mean}
    >
      <div
        {...placed(-1, -1, 'Mean')}
        className={cx(styles.fixed, styles.name)}
        style={{ width: nameWidth }}
        title={MEAN}
      >
        Mean
      </div>
      {sizeWidth > 0 && <div role="gridcell" className={styles.fixed} style={{ width: sizeWidth, left: nameWidth }} />}
      {model.mean.map((mean, column) => {
        const none = Number.isNaN(mean.rate);
        const value = colors.valueOf(mean.rate, mean.earlierRate);
        const change = mean.rate - mean.earlierRate;
        const text = none ? '' : (drawing.meanText?.(mean) ?? '');
        return (
          <div
            {...placed(-1, column, text)}
            key={column}
            className={cx(styles.cell, none && styles.empty)}
            style={{ width: cellWidth, ...cellFill(colors, value, false) }}
            data-testid={testIds.retention.cell}
          >
            {text}
            {showChanges && !Number.isNaN(change) && <span className={styles.change}>{shortChange(change)}</span>}
          </div>
        );
      })}
    </div>
  );
}

interface CohortRowProps extends RowProps {
  cohort: RetentionCohort;
  /** Place among the drawn rows. */
  row: number;
  /** Units of the largest cohort. */
  largest: number;
}

/** One cohort: when it started, how many it has, and how many returned when. */
export function CohortRow({ drawing, colors, placed, rowIndex, cohort, row, largest }: CohortRowProps) {
  const styles = useStyles2(getRetentionStyles);
  const { nameWidth, sizeWidth, sizeBars, cellWidth, rowHeight, contentWidth, showChanges } = drawing.layout;
  return (
    <div className={styles.row} style={{ width: contentWidth, height: rowHeight }} role="row" aria-rowindex={rowIndex}>
      <div
        {...placed(row, -1, drawing.nameOf(cohort))}
        className={cx(styles.fixed, styles.name)}
        style={{ width: nameWidth }}
        data-testid={testIds.retention.cohort}
      >
        <span className={styles.cut}>{drawing.nameOf(cohort)}</span>
      </div>
      {sizeWidth > 0 && (
        <div
          role="gridcell"
          className={cx(styles.fixed, styles.size)}
          style={{ width: sizeWidth, left: nameWidth }}
          data-testid={testIds.retention.size}
        >
          {sizeBars && largest > 0 && (
            <div className={styles.track}>
              <div className={styles.bar} style={{ width: `${((cohort.size || 0) / largest) * 100}%` }} />
            </div>
          )}
          {formatCount(cohort.size)}
        </div>
      )}
      {cohort.cells.map((cell, column) => {
        const then = cohort.earlier?.cells[column];
        const none = Number.isNaN(cell.rate);
        const value = colors.valueOf(cell.rate, then?.rate);
        const change = changeOf(cell, then);
        const text = none ? '' : (drawing.cellText?.(cell) ?? '');
        const open = !cell.complete && !none;
        return (
          <div
            {...placed(row, column, text)}
            key={column}
            className={cx(styles.cell, none && styles.empty)}
            style={{ width: cellWidth, ...cellFill(colors, value, open) }}
            data-complete={cell.complete}
            data-testid={testIds.retention.cell}
          >
            {text}
            {showChanges && !Number.isNaN(change) && <span className={styles.change}>{shortChange(change)}</span>}
          </div>
        );
      })}
    </div>
  );
}

/** Colour of a cell, text that stands out on it, and stripes while its time is not over. */
function cellFill({ scale }: CellScale, value: number, striped: boolean): React.CSSProperties {
  if (Number.isNaN(value)) {
    return {};
  }
  const background = scale.colorOf(value);
  const color = readableOn(background);
  return { backgroundColor: background, color, ...(striped ? { backgroundImage: hatching(color) } : {}) };
}

/** Black or white, whichever is read more easily on the colour: one of them always is. */
function readableOn(background: string): string {
  const { getContrastRatio } = colorManipulator;
  return getContrastRatio('#ffffff', background) > getContrastRatio('#000000', background) ? '#ffffff' : '#000000';
}
