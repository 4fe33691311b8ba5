import { cx } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { changeText, earlierText } from '../../components/change';
import { formatAgo, formatCount, formatShare, formatTime, NO_VALUE } from '../../components/format';
import { type MeasureText } from '../../components/measure';
import { Sparkline, trendLabel } from '../../components/Sparkline';
import { testIds } from '../../components/test-ids';
import { type DrawnColumn } from './columns';
import { getErrorStyles } from './error-styles';
import { ErrorName } from './ErrorName';
import { ownerOf } from '../../components/error-owners';
import { type ErrorRow, groupChange } from './rows';

interface Props {
  row: ErrorRow;
  column: DrawnColumn;
  /** Requests of the row that has most, which the bars are measured by. */
  most: number;
  compact: boolean;
  timeZone: TimeZone;
  /** Room for the name, in pixels. */
  titleWidth: number;
  measure: MeasureText;
  /** How much earlier the time is that is compared with. */
  timeShift: string | undefined;
}

const TREND_WIDTH = 112;

/** One cell of a row. */
export function ErrorCell({ row, column, most, compact, timeZone, titleWidth, measure, timeShift }: Props) {
  const styles = useStyles2(getErrorStyles);
  const theme = useTheme2();
  const { group } = row;
  switch (column.name) {
    case 'title':
      return (
        <div role="gridcell" className={styles.cell}>
          <ErrorName row={row} compact={compact} width={titleWidth} measure={measure} />
        </div>
      );
    case 'requests':
      return (
        <div role="gridcell" className={cx(styles.cell, styles.number)}>
          {formatCount(group.requests)}
          <div className={styles.bar} aria-hidden>
            <div
              className={styles.fill}
              style={{ width: `${most > 0 ? Math.min(100, (group.requests / most) * 100) : 0}%` }}
            />
          </div>
        </div>
      );
    case 'requestsChange':
      return <ChangeCell row={row} of="requests" timeShift={timeShift} />;
    case 'customersChange':
      return <ChangeCell row={row} of="customers" timeShift={timeShift} />;
    case 'share':
      return (
        <div role="gridcell" className={cx(styles.cell, styles.number, styles.muted)}>
          {formatShare(group.share)}
        </div>
      );
    case 'customers':
    case 'sessions':
      return <UnitsCell count={group[column.name]} unit={column.name} upperBound={row.upperBound} />;
    case 'owner': {
      const owner = ownerOf(group.values.error_owner);
      return (
        <div role="gridcell" className={styles.cell} title={owner?.meaning}>
          {owner && (
            <span className={styles.owner}>
              <Icon name={owner.icon} size="sm" />
              <span className={styles.cut}>{owner.label}</span>
            </span>
          )}
        </div>
      );
    }
    case 'trend':
      return (
        <div role="gridcell" className={styles.cell}>
          {group.trend && (
            <Sparkline
              values={group.trend}
              earlier={group.earlier?.trend && { values: group.earlier.trend, color: theme.colors.text.primary }}
              width={TREND_WIDTH}
              height={compact ? 16 : 22}
              color={theme.visualization.getColorByName('semi-dark-orange')}
              label={trendLabel(group.trend, group.earlier && earlierText(timeShift), group.earlier?.trend)}
            />
          )}
        </div>
      );
    case 'firstSeen':
    case 'lastSeen':
      return <SeenCell time={group[column.name]} timeZone={timeZone} />;
  }
}

interface ChangeCellProps {
  row: ErrorRow;
  of: 'requests' | 'customers';
  timeShift: string | undefined;
}

function ChangeCell({ row: { group, upperBound }, of, timeShift }: ChangeCellProps) {
  const styles = useStyles2(getErrorStyles);
  const change = groupChange(group, of);
  const bounds = of === 'customers' && upperBound;
  return (
    <div
      role="gridcell"
      className={cx(styles.cell, styles.number, change > 0 ? styles.grown : styles.muted)}
      title={
        bounds
          ? 'Not known: customers that met several of these errors are counted several times'
          : `${formatCount(group[of])} ${of}, ${earlierText(timeShift)} ${formatCount(group.earlier?.[of])}`
      }
      data-testid={testIds.errors.change}
    >
      {changeText(change)}
    </div>
  );
}

function UnitsCell({ count, unit, upperBound }: { count: number; unit: string; upperBound: boolean }) {
  const styles = useStyles2(getErrorStyles);
  const bounded = upperBound && count > 0;
  return (
    <div
      role="gridcell"
      className={cx(styles.cell, styles.number)}
      title={bounded ? `At most: ${unit} that met several of these errors are counted several times` : undefined}
    >
      {bounded ? '≤ ' : ''}
      {formatCount(count)}
    </div>
  );
}

function SeenCell({ time, timeZone }: { time: number; timeZone: TimeZone }) {
  const styles = useStyles2(getErrorStyles);
  if (Number.isNaN(time)) {
    return (
      <div role="gridcell" className={cx(styles.cell, styles.muted)}>
        {NO_VALUE}
      </div>
    );
  }
  return (
    <div role="gridcell" className={styles.cell} title={formatTime(time, timeZone)}>
      {formatAgo(time)}
    </div>
  );
}
