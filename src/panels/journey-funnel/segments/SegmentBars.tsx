import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles } from '../funnel-styles';
import { type MarkHandlers } from '../marks/mark-buttons';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { reasonFill } from '../reasons/reason-kinds';
import { dropParts } from '../reasons/read-reasons';
import { partLengths } from '../steps/geometry';
import { stepChange } from '../steps/significance';
import { segmentModel } from './describe-segment';
import { segmentColor } from './segment-color';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  handlers: MarkHandlers;
}

const NARROW = 420;

/** The steps below each other, and in each a bar for every segment. */
export function SegmentBars({ model, options, width, height, handlers }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const { steps, segments = [] } = model;
  const models = useMemo(() => segments.map((_, index) => segmentModel(model, index)), [model, segments]);
  const additive = model.marker?.attribution !== 'all';
  return (
    <ol className={cx(styles.steps, own.scroll)} style={{ width, height }}>
      {steps.map((step, index) => (
        <li key={index} className={own.group} style={{ containIntrinsicSize: `auto ${24 + segments.length * 22}px` }}>
          <div className={own.head}>
            <div className={styles.name}>
              <span className={styles.number}>{index + 1}</span>
              <span className={styles.cut} title={step.name}>
                {step.name}
              </span>
            </div>
            {additive && (
              <span className={styles.small}>
                {formatShare(step.conversion, options.decimals)}, {formatCount(step.units)} {model.unitName}
              </span>
            )}
          </div>
          {segments.map((segment, at) => {
            const mark = index * segments.length + at;
            return (
              <button key={segment.label} {...handlers(mark)} className={cx(styles.step, own.row)}>
                <SegmentRow
                  model={models[at]}
                  index={index}
                  place={at}
                  segment={segment}
                  options={options}
                  narrow={width < NARROW}
                />
              </button>
            );
          })}
        </li>
      ))}
    </ol>
  );
}

interface RowProps {
  model: FunnelModel;
  index: number;
  place: number;
  segment: { label: string; other: boolean };
  options: FunnelOptions;
  narrow: boolean;
}

function SegmentRow({ model, index, place, segment, options, narrow }: RowProps) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const colors = funnelColors(theme);
  const step = model.steps[index];
  const before = step.before === undefined ? undefined : model.steps[step.before];
  const [first] = model.steps;
  const of = (units: number) => (first.units > 0 ? Math.min(1, units / first.units) : 0);
  const lost = before && !step.optional ? Math.max(0, Math.min(of(step.dropped), 1 - of(step.units))) : 0;
  const pending = before ? Math.min(of(step.pending), 1 - of(step.units)) : 0;
  const change = stepChange(model, index, options.decimals);
  const then =
    model.earlier && step.earlier && !Number.isNaN(step.earlier.conversion) ? step.earlier.conversion : undefined;
  return (
    <>
      <span className={own.label} title={segment.label}>
        <span className={own.swatch} style={{ background: segmentColor(place, segment.other, theme) }} />
        <span className={styles.cut}>{segment.label}</span>
      </span>
      <span className={own.track} aria-hidden>
        <span style={{ width: percent(of(step.units)), background: segmentColor(place, segment.other, theme) }} />
        {options.showPending && pending > 0 && (
          <span style={{ width: percent(pending), ...reasonFill('pending', theme) }} />
        )}
        <span className={own.dropped} style={{ width: percent(lost), background: colors.dropped }}>
          {partLengths(dropParts(model.reasons, index), step.dropped, 1).map((part) => (
            <span
              key={part.reason}
              style={{ width: percent(part.length), ...reasonFill(part.reason, theme) }}
              data-testid={testIds.funnel.dropPart}
              data-reason={part.reason}
            />
          ))}
        </span>
        {then !== undefined && (
          <span
            className={own.earlier}
            style={{ left: percent(Math.min(1, then)), background: colors.earlier }}
            data-testid={testIds.funnel.earlier}
          />
        )}
      </span>
      <span className={own.numbers}>
        {formatShare(step.conversion, options.decimals)}
        {!narrow && <span className={styles.small}> {formatCount(step.units)}</span>}
        {change && !narrow && (
          <span
            className={cx(styles.small, change.significant && styles.significant)}
            data-testid={testIds.funnel.change}
          >
            {' '}
            {change.text}
          </span>
        )}
      </span>
    </>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ overflowY: 'auto', overflowX: 'hidden', scrollbarWidth: 'thin' }),
    // What is out of sight costs nothing: funnels of many segments have thousands of bars.
    group: css({ contentVisibility: 'auto', marginBottom: theme.spacing(1) }),
    head: css({
      display: 'flex',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      padding: theme.spacing(0, 0.5),
    }),
    row: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(92px, 22%) minmax(0, 1fr) auto',
      alignItems: 'center',
      gap: theme.spacing(1),
      height: 22,
      padding: theme.spacing(0, 0.5),
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    label: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), minWidth: 0 }),
    swatch: css({ width: 10, height: 10, borderRadius: theme.shape.radius.sm, flex: 'none' }),
    track: css({ position: 'relative', display: 'flex', height: 12 }),
    dropped: css({ display: 'flex' }),
    earlier: css({ position: 'absolute', top: -2, bottom: -2, width: 2 }),
    numbers: css({ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap', textAlign: 'right', minWidth: 56 }),
  };
}
