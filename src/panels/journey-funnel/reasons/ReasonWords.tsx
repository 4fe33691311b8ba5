import { cx } from '@emotion/css';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { ownerOf } from '../../../components/error-owners';
import { formatCount, formatShare } from '../../../components/format';
import { earlierWords, isTelling, judgedWords, meaningOf, nameParts, reasonName } from './describe-reason';
import { LEAST_SUPPORT, type ReasonRow, type ReasonsModel } from './read-reasons';
import { reasonFill, reasonLabel } from './reason-kinds';
import { getReasonsStyles } from './reasons-styles';

interface Props {
  row: ReasonRow;
  model: ReasonsModel;
  decimals: number;
  withStep: boolean;
  narrow: boolean;
}

/** What it was and how many; below it what to make of that. */
export function ReasonWords({ row, model, decimals, withStep, narrow }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getReasonsStyles);
  const name = reasonName(row);
  const label = reasonLabel(row.reason);
  const owner = ownerOf(row.errorOwner);
  const then = earlierWords(row, model, decimals);
  const about = [
    withStep ? `${row.step + 1} ${row.stepName}` : '',
    row.segment ?? '',
    name === label ? meaningOf(row.reason) : label,
    owner ? `${owner.label}` : '',
    then ?? '',
  ].filter(Boolean);
  const [asked, ended] = nameParts(name);
  const judged = judgedWords(row, model.unitName);
  const control = Number.isNaN(row.controlShare)
    ? ''
    : `The line: ${formatShare(row.controlShare, decimals)} of those who got on had the same`;
  return (
    <>
      <span className={styles.swatch} style={reasonFill(row.reason, theme)} aria-hidden />
      <span className={styles.name} title={name}>
        <span className={styles.cut}>{asked}</span> {ended && <span className={styles.cut}>{ended.trim()}</span>}
      </span>
      <span className={cx(styles.figures, !narrow && styles.withTrack)}>
        {!narrow && (
          <span className={styles.track} aria-hidden title={control}>
            <span
              className={styles.share}
              style={{ width: `${Math.min(100, row.share * 100 || 0)}%`, ...reasonFill(row.reason, theme) }}
            />
            {!Number.isNaN(row.controlShare) && (
              <span className={styles.control} style={{ left: `${Math.min(98, row.controlShare * 100)}%` }} />
            )}
          </span>
        )}
        <strong>{formatCount(row.units)}</strong>
        <span className={styles.about}>{formatShare(row.share, decimals)}</span>
      </span>
      <span className={styles.said}>
        {about.join(' · ')}
        {judged && (
          <span className={cx(isTelling(row) === true && row.units >= LEAST_SUPPORT && row.odds > 1 && styles.telling)}>
            {' · '}
            {judged}
          </span>
        )}
      </span>
    </>
  );
}
