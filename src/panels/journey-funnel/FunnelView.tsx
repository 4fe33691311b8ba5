import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useRef, useState } from 'react';

import { ActionMenu } from '../../components/ActionMenu';
import { earlierText } from '../../components/change';
import { type DrillTarget } from '../../components/drill-down';
import { capital } from '../../components/format';
import { PanelTooltip } from '../../components/PanelTooltip';
import { testIds } from '../../components/test-ids';
import { describeStep, filterText, funnelSummary, stepSentence } from './describe';
import { funnelColors, getFunnelStyles, stripes } from './funnel-styles';
import { FunnelBars } from './FunnelBars';
import { FunnelColumns } from './FunnelColumns';
import { FunnelTimes } from './FunnelTimes';
import { fitsColumns, moveStep } from './geometry';
import { type FunnelModel } from './model';
import { type FunnelOptions } from './options';
import { stepActions } from './step-actions';
import { type StepHandlers } from './step-handlers';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  target?: DrillTarget;
}

interface Pointed {
  index: number;
  x: number;
  y: number;
}

const SUMMARY_HEIGHT = 24;
const SUMMARY_TWO_LINES = 44;
const SUMMARY_THREE_LINES = 62;
/** Below these widths the key goes below the summary, and takes two lines. */
const KEY_BELOW = { plain: 680, compared: 1160 };
const KEY_TWO_LINES = 520;

export function FunnelView({ model, options, width, height, target }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const root = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const [pointed, setPointed] = useState<Pointed>();
  const [menu, setMenu] = useState<Pointed & { button: HTMLElement }>();
  const { steps } = model;
  const { decimals } = options;

  const summaryHeight = heightOfSummary(width, height, model);
  const room = height - summaryHeight;
  const summary = model.hasSteps ? funnelSummary(model, decimals) : `Time from step to step, ${model.unitName}`;
  const columns =
    options.orientation === 'columns' || (options.orientation === 'auto' && fitsColumns(width, room, steps.length));

  const handlers: StepHandlers = (index) => ({
    type: 'button',
    tabIndex: index === Math.min(current, steps.length - 1) ? 0 : -1,
    'aria-description': stepSentence(model, index, decimals),
    'aria-haspopup': 'menu',
    'data-testid': testIds.funnel.step,
    'data-step': index,
    onClick: (event) => {
      const button = event.currentTarget;
      const byKey = event.detail === 0;
      const at = byKey ? middleOf(button) : { x: event.clientX, y: event.clientY };
      setPointed(undefined);
      setMenu({ index, ...at, button });
    },
    onKeyDown: (event) => {
      if (event.key === 'Escape') {
        setPointed(undefined);
        return;
      }
      const next = moveStep(index, event.key, steps.length);
      if (next !== undefined) {
        event.preventDefault();
        setCurrent(next);
        root.current?.querySelector<HTMLElement>(`[data-step="${next}"]`)?.focus();
      }
    },
    onMouseMove: (event) => setPointed({ index, x: event.clientX, y: event.clientY }),
    onMouseLeave: () => setPointed(undefined),
    onFocus: (event) => {
      setCurrent(index);
      if (event.currentTarget.matches(':focus-visible') && !menu) {
        setPointed({ index, ...middleOf(event.currentTarget) });
      }
    },
    onBlur: () => setPointed(undefined),
  });

  const shown = pointed && pointed.index < steps.length && !menu ? pointed : undefined;
  const filters = shown && model.marker?.steps[shown.index]?.filters;
  const footer =
    shown &&
    [
      shown.index === model.biggestDrop ? 'Biggest drop-off. ' : '',
      filters && filters.length > 0 ? filterText(filters) : '',
    ].join('');
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      {summaryHeight > 0 && (
        <div className={styles.summary} style={{ height: summaryHeight }}>
          <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
            {summary}
          </span>
          {(model.hasSteps || model.earlier) && <Key model={model} showPending={options.showPending} />}
        </div>
      )}
      {!model.hasSteps ? (
        <FunnelTimes model={model} width={width} height={room} />
      ) : columns ? (
        <FunnelColumns model={model} options={options} width={width} height={room} handlers={handlers} />
      ) : (
        <FunnelBars model={model} options={options} width={width} height={room} handlers={handlers} />
      )}
      {shown && (
        <PanelTooltip
          x={shown.x}
          y={shown.y}
          title={`${shown.index + 1} ${steps[shown.index].name}`}
          rows={describeStep(model, shown.index, decimals)}
          footer={footer || undefined}
        />
      )}
      {menu && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={`${menu.index + 1} ${steps[menu.index].name}`}
          groups={stepActions(model, menu.index, target, decimals)}
          onClose={() => {
            menu.button.focus();
            setPointed(undefined);
            setMenu(undefined);
          }}
        />
      )}
    </div>
  );
}

function heightOfSummary(width: number, height: number, { earlier, hasSteps }: FunnelModel): number {
  if (height < 140) {
    return 0;
  }
  const compared = earlier !== undefined && hasSteps;
  if (compared && width < KEY_TWO_LINES && height > 200) {
    return SUMMARY_THREE_LINES;
  }
  return width < (compared ? KEY_BELOW.compared : KEY_BELOW.plain) ? SUMMARY_TWO_LINES : SUMMARY_HEIGHT;
}

function Key({ model, showPending }: { model: FunnelModel; showPending: boolean }) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const colors = funnelColors(theme);
  const pending = showPending && model.steps.some((step) => step.pending > 0);
  const earlier = model.earlier && capital(earlierText(model.earlier.timeShift));
  const items = [
    { label: capital(model.unitName), background: colors.reached },
    ...(pending ? [{ label: 'Pending', background: stripes(colors.reached) }] : []),
    { label: 'Dropped', background: colors.dropped, border: `1px dashed ${colors.outline}` },
  ].filter(({ label }) => model.hasSteps || label !== 'Dropped');
  return (
    <span className={styles.key} aria-hidden data-testid={testIds.funnel.key}>
      {items.map(({ label, ...style }) => (
        <span key={label} className={styles.keyItem}>
          <span className={styles.swatch} style={style} />
          {label}
        </span>
      ))}
      {earlier && (
        <span className={styles.keyItem}>
          <span className={styles.swatch} style={{ border: `1.5px dashed ${colors.earlier}`, borderBottom: 0 }} />
          {earlier}
        </span>
      )}
      {earlier && model.hasSteps && (
        <span className={styles.keyItem} title="Whether the step conversion has changed by more than chance">
          ▲▼ significant, △▽ not
        </span>
      )}
    </span>
  );
}

function middleOf(element: HTMLElement): { x: number; y: number } {
  const rect = element.getBoundingClientRect();
  return { x: rect.left + rect.width / 2, y: rect.top + Math.min(rect.height / 2, 80) };
}
