import { Button, Combobox, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { formatCount } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { useMarks } from '../marks/use-marks';
import { type FunnelOptions } from '../options';
import { describeReason, meaningOf, reasonName, reasonSentence } from './describe-reason';
import { orderedReasons, type ReasonOrder, type ReasonRow, type ReasonsModel } from './read-reasons';
import { type ReasonContext, reasonActions } from './reason-actions';
import { reasonLabel } from './reason-kinds';
import { getReasonsStyles } from './reasons-styles';
import { ReasonWords } from './ReasonWords';

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
  const styles = useStyles2(getReasonsStyles);
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
  const styles = useStyles2(getReasonsStyles);
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
