import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles } from '../funnel-styles';
import { type MarkHandlers } from '../marks/mark-buttons';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { stepChange } from '../steps/significance';
import { segmentModel } from './describe-segment';
import { segmentColor } from './segment-color';
import { COLUMNS_HEADER, segmentColumns } from './segment-geometry';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  handlers: MarkHandlers;
}

const LABELLED = 40;
const LABEL = 16;

/** A group of columns for every step, in it a column for every segment. */
export function SegmentColumns({ model, options, width, height, handlers }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const colors = funnelColors(theme);
  const { steps, segments = [] } = model;
  const chart = Math.max(20, height - COLUMNS_HEADER - LABEL);
  const columns = useMemo(
    () => segmentColumns(segments, steps.length, width, chart),
    [segments, steps.length, width, chart]
  );
  const models = useMemo(() => segments.map((_, index) => segmentModel(model, index)), [model, segments]);
  const group = width / steps.length;
  const additive = model.marker?.attribution !== 'all';
  return (
    <div className={own.canvas} style={{ width, height }}>
      {steps.map((step, index) => (
        <div key={index} className={own.head} style={{ left: index * group + 6, width: group - 12 }}>
          <div className={styles.name}>
            <span className={styles.number}>{index + 1}</span>
            <span className={styles.cut} title={step.name}>
              {step.name}
            </span>
          </div>
          {additive && (
            <div className={styles.small} title={`${formatCount(step.units)} ${model.unitName} of all segments`}>
              {formatShare(step.conversion, options.decimals)} · {formatCount(step.units)}
            </div>
          )}
        </div>
      ))}
      {columns.map((column, mark) => {
        const segment = segments[column.segment];
        const change = stepChange(models[column.segment], column.step, options.decimals);
        return (
          <button
            key={mark}
            {...handlers(mark)}
            aria-label={`${steps[column.step].name}, ${segment.label}: ${formatShare(segment.steps[column.step].conversion, options.decimals)}`}
            className={own.column}
            style={{ left: column.x, width: column.width, top: COLUMNS_HEADER, height: chart + LABEL }}
          >
            {column.width >= LABELLED && (
              <span
                className={own.label}
                style={{ bottom: Math.max(column.height, model.earlier ? (column.earlier ?? 0) : 0) }}
              >
                {formatShare(segment.steps[column.step].conversion, Math.min(1, options.decimals))}
                {change?.significant && <span data-testid={testIds.funnel.change}> {change.text.charAt(0)}</span>}
              </span>
            )}
            <span
              className={own.bar}
              style={{ height: column.height, background: segmentColor(column.segment, segment.other, theme) }}
            />
            {model.earlier && column.earlier !== undefined && (
              <span
                className={own.earlier}
                style={{ height: column.earlier, borderColor: colors.earlier }}
                data-testid={testIds.funnel.earlier}
              />
            )}
          </button>
        );
      })}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    canvas: css({ position: 'relative', flex: 'none', borderBottom: `1px solid ${theme.colors.border.medium}` }),
    head: css({ position: 'absolute', top: 0, overflow: 'hidden' }),
    column: css({
      position: 'absolute',
      padding: 0,
      border: 0,
      background: 'none',
      cursor: 'pointer',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    bar: css({ position: 'absolute', left: 1, right: 1, bottom: 0, borderRadius: '2px 2px 0 0' }),
    earlier: css({
      position: 'absolute',
      left: 0,
      right: 0,
      bottom: 0,
      border: '1.5px dashed',
      borderBottom: 0,
      pointerEvents: 'none',
    }),
    label: css({
      position: 'absolute',
      left: 0,
      right: 0,
      textAlign: 'center',
      fontSize: 11,
      lineHeight: '15px',
      color: theme.colors.text.primary,
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
    }),
  };
}
