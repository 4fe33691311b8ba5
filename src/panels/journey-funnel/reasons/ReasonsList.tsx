import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { ownerOf } from '../../../components/error-owners';
import { formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { useMarks } from '../marks/use-marks';
import { type FunnelOptions } from '../options';
import {
  describeReason,
  earlierWords,
  isTelling,
  judgedWords,
  meaningOf,
  nameParts,
  reasonName,
  reasonSentence,
} from './describe-reason';
import { type ReasonContext, reasonActions } from './reason-actions';
import { reasonFill, reasonLabel } from './reason-kinds';
import { LEAST_SUPPORT, orderedReasons, type ReasonOrder, type ReasonRow, type ReasonsModel } from './read-reasons';

interface Props {
  model: ReasonsModel;
  options: FunnelOptions;
  width: number;
  height: number;
  context: Omit<ReasonContext, 'decimals'>;
}

const ORDERS: Array<{ value: ReasonOrder; label: string; description: string }> = [
  { value: 'odds', label: 'Most telling', description: 'What surely cost most, ours to mend first' },
  { value: 'units', label: 'Most', description: 'Those that stopped most' },
  { value: 'step', label: 'By step', description: 'Step by step, most blamed first' },
];
const HEAD = 30;
const PAGE = 100;
const NARROW = 360;
const SWITCH_ROOM = 380;

/** Why units were lost: a row per step and reason, beside how common the same is among those who got on. */
export function ReasonsList({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getStyles);
  const [order, setOrder] = useState<ReasonOrder>('odds');
  const [limit, setLimit] = useState(PAGE);
  const { decimals } = options;
  const all = useMemo(
    () =>
      orderedReasons(options.showPending ? model.rows : model.rows.filter((row) => row.reason !== 'pending'), order),
    [model, order, options.showPending]
  );
  const rows = all.slice(0, limit);
  const { root, handlers, overlay } = useMarks({
    count: rows.length,
    testId: testIds.funnel.reason,
    sentenceOf: (index) => reasonSentence(rows[index], model, decimals),
    markOf: (index) => {
      const row = rows[index];
      return {
        title: reasonName(row),
        subtitle: `Not reached: ${row.step + 1} ${row.stepName}${row.segment === undefined ? '' : ` · ${row.segment}`}`,
        rows: describeReason(row, model, decimals),
        footer: (
          <>
            <div>
              {reasonLabel(row.reason)}: {meaningOf(row.reason)}.
            </div>
            {model.marker && <div>{countedShort(model.marker)}</div>}
          </>
        ),
        actions: reasonActions(row, model, { ...context, decimals }),
      };
    },
  });
  return (
    <div
      ref={root}
      className={styles.root}
      style={{ width, height }}
      role="group"
      aria-label="Reasons for dropping"
      data-testid={testIds.funnel.reasons}
    >
      <div className={styles.head} style={{ height: HEAD }}>
        <span className={styles.title}>Why they stopped</span>
        {width < SWITCH_ROOM ? (
          <Combobox
            options={ORDERS}
            value={order}
            onChange={({ value }) => setOrder(value)}
            aria-label="Order of reasons"
            width={17}
          />
        ) : (
          <RadioButtonGroup
            size="sm"
            options={ORDERS}
            value={order}
            onChange={setOrder}
            aria-label="Order of reasons"
          />
        )}
      </div>
      {/* The keyboard gets to what does not fit by the rows themselves. */}
      <ol className={styles.list} style={{ height: Math.max(0, height - HEAD) }}>
        {rows.length === 0 && <li className={styles.none}>Nobody was lost: there is no reason to give.</li>}
        {rows.map((row, index) => (
          <li key={row.frameRow}>
            {order === 'step' && row.step !== rows[index - 1]?.step && <StepHead row={row} model={model} />}
            <button {...handlers(index)} className={styles.row}>
              <ReasonWords
                row={row}
                model={model}
                decimals={decimals}
                withStep={order !== 'step'}
                narrow={width < NARROW}
              />
            </button>
          </li>
        ))}
        {rows.length < all.length && (
          <li>
            <Button size="sm" variant="secondary" fill="text" onClick={() => setLimit(limit + PAGE)}>
              {`Show more (${formatCount(all.length - rows.length)} left)`}
            </Button>
          </li>
        )}
      </ol>
      {overlay}
    </div>
  );
}

function StepHead({ row, model }: { row: ReasonRow; model: ReasonsModel }) {
  const styles = useStyles2(getStyles);
  const totals = model.totals.filter((total) => total.step === row.step + 1);
  const sum = (of: 'dropped' | 'pending') => totals.reduce((total, one) => total + one[of], 0);
  const [dropped, pending] = [sum('dropped'), sum('pending')];
  return (
    <div className={styles.step}>
      <span>{row.step + 1}</span>
      <span className={styles.cut} title={row.stepName}>
        Did not get to {row.stepName}
      </span>
      {totals.length > 0 && (
        <span className={styles.count}>
          {formatCount(dropped)} dropped{pending > 0 ? `, ${formatCount(pending)} pending` : ''}
        </span>
      )}
    </div>
  );
}

interface RowProps {
  row: ReasonRow;
  model: ReasonsModel;
  decimals: number;
  withStep: boolean;
  narrow: boolean;
}

/** What it was and how many; below it what to make of that. */
function ReasonWords({ row, model, decimals, withStep, narrow }: RowProps) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
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

function getStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  return {
    root: css({ minWidth: 0, flex: 'none' }),
    head: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      padding: theme.spacing(0, 0.5),
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium, whiteSpace: 'nowrap' }),
    list: css({
      listStyle: 'none',
      margin: 0,
      padding: 0,
      overflowY: 'auto',
      overflowX: 'hidden',
      scrollbarWidth: 'thin',
    }),
    none: css({ color: theme.colors.text.secondary, padding: theme.spacing(1, 0.5) }),
    step: css({
      display: 'flex',
      gap: theme.spacing(0.75),
      padding: theme.spacing(0.75, 0.5, 0.25),
      fontSize: small,
      color: theme.colors.text.secondary,
      borderTop: `1px solid ${theme.colors.border.weak}`,
    }),
    count: css({ marginLeft: 'auto', whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    row: css({
      display: 'grid',
      gridTemplateColumns: 'auto minmax(0, 1fr) auto',
      columnGap: theme.spacing(0.75),
      width: '100%',
      padding: theme.spacing(0.5),
      border: 0,
      background: 'none',
      color: theme.colors.text.primary,
      textAlign: 'left',
      fontSize: small,
      borderRadius: theme.shape.radius.default,
      contentVisibility: 'auto',
      containIntrinsicSize: 'auto 44px',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    swatch: css({ width: 12, height: 12, marginTop: 3, borderRadius: theme.shape.radius.sm }),
    said: css({ gridColumn: '2 / -1', color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    // How it ended stays readable: on a line of its own where both do not fit into one.
    name: css({
      display: 'flex',
      flexWrap: 'wrap',
      columnGap: '0.3em',
      minWidth: 0,
      fontWeight: theme.typography.fontWeightMedium,
      '& > *': { maxWidth: '100%' },
    }),
    about: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    telling: css({ color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
    cut: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0 }),
    // The same columns in every row, so that bars and numbers stand below each other.
    figures: css({
      display: 'grid',
      gridTemplateColumns: '44px 48px',
      alignItems: 'center',
      alignSelf: 'start',
      justifyItems: 'end',
      gap: theme.spacing(0.75),
      whiteSpace: 'nowrap',
      fontVariantNumeric: 'tabular-nums',
    }),
    withTrack: css({ '&&': { gridTemplateColumns: '72px 44px 48px' } }),
    track: css({ position: 'relative', width: 72, height: 8, background: theme.colors.action.hover }),
    share: css({ position: 'absolute', inset: '0 auto 0 0', display: 'block' }),
    control: css({
      position: 'absolute',
      top: -2,
      bottom: -2,
      width: 2,
      background: theme.colors.text.maxContrast,
    }),
  };
}
