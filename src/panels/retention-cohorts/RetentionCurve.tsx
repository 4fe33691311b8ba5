import { type TimeZone } from '@grafana/schema';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useRef, useState } from 'react';

import { earlierText } from '../../components/change';
import { capital, formatShare } from '../../components/format';
import { type MeasureText } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { type CurvePlot, curvePlot, linePath, xOf, yOf } from './curve-geometry';
import { describePlace } from './describe';
import { movePlace } from './layout';
import { type RetentionModel } from './model';
import { type RetentionOptions } from './options';
import { middleOf, type PlaceHandlers } from './place-handlers';
import { getRetentionStyles } from './retention-styles';

interface Props {
  model: RetentionModel;
  options: RetentionOptions;
  width: number;
  height: number;
  measure: MeasureText;
  handlers: PlaceHandlers;
  timeZone: TimeZone;
}

const KEY_HEIGHT = 20;
const KEY_LEAST_HEIGHT = 140;
/** Lines of more cohorts than this would be a grey mass. */
const MOST_LINES = 40;

/** The mean of all cohorts over the time since their start, with each cohort and the earlier mean behind it. */
export function RetentionCurve({ model, options, width, height, measure, handlers, timeZone }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getRetentionStyles);
  const root = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const { columns, cohorts, mean, compared } = model;
  const line = theme.visualization.getColorByName(theme.isDark ? 'blue' : 'semi-dark-blue');
  const lines =
    cohorts.length <= MOST_LINES ? cohorts.map(({ cells }) => cells.map((c) => (c.complete ? c.rate : NaN))) : [];
  const shares = mean.map(({ rate }) => rate);
  const then = compared ? mean.map(({ earlierRate }) => earlierRate) : [];
  const keyed = options.showLegend && height >= KEY_LEAST_HEIGHT && (then.length > 0 || lines.length > 0);
  const plot = curvePlot([...shares, ...then, ...lines.flat()], columns.length, {
    width,
    height: height - (keyed ? KEY_HEIGHT : 0),
    axisWidth: measure('100%') + 8,
    nameWidth: Math.max(...columns.map(({ label }) => measure(label)), 0) + 10,
  });
  const active = Math.min(current, columns.length - 1);

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>, column: number) => {
    if (event.key === 'Escape') {
      handlers.onPoint(undefined);
      return;
    }
    const size = { firstRow: -1, rows: 0, columns: columns.length, page: 1 };
    const next = movePlace({ row: -1, column }, event.key, false, size);
    if (next && event.key !== 'ArrowUp' && event.key !== 'ArrowDown') {
      event.preventDefault();
      const to = Math.max(0, next.column);
      setCurrent(to);
      root.current?.querySelector<HTMLElement>(`[data-column="${to}"]`)?.focus();
    }
  };

  return (
    <div ref={root} className={styles.curve} style={{ width, height }} data-testid={testIds.retention.curve}>
      <svg width={width} height={height - (keyed ? KEY_HEIGHT : 0)} aria-hidden style={{ display: 'block' }}>
        <Axes plot={plot} model={model} />
        {lines.map((rates, index) => (
          <path key={index} d={linePath(plot, rates)} fill="none" stroke={line} opacity={0.22} />
        ))}
        {then.length > 0 && (
          <path
            d={linePath(plot, then)}
            fill="none"
            stroke={theme.colors.text.secondary}
            strokeWidth={1.5}
            strokeDasharray="5 4"
            data-testid={testIds.retention.earlier}
          />
        )}
        <path d={linePath(plot, shares)} fill="none" stroke={line} strokeWidth={2.5} />
        {shares.map(
          (share, column) =>
            !Number.isNaN(share) && (
              <circle key={column} cx={xOf(plot, column, columns.length)} cy={yOf(plot, share)} r={3.5} fill={line} />
            )
        )}
      </svg>
      {columns.map(({ label }, column) => (
        <button
          key={column}
          type="button"
          className={styles.point}
          style={{
            left: plot.left + (plot.width * column) / columns.length,
            top: plot.top,
            width: plot.width / columns.length,
            height: plot.height,
          }}
          tabIndex={column === active ? 0 : -1}
          aria-label={label}
          aria-description={describePlace(model, { row: -1, column }, options.decimals, timeZone).sentence}
          aria-haspopup="menu"
          data-column={column}
          data-testid={testIds.retention.point}
          onClick={(event) => {
            const pointer = { x: event.clientX, y: event.clientY };
            const at = event.detail === 0 ? middleOf(event.currentTarget) : pointer;
            handlers.onMenu({ row: -1, column, ...at }, event.currentTarget);
          }}
          onKeyDown={(event) => onKeyDown(event, column)}
          onMouseMove={(event) => handlers.onPoint({ row: -1, column, x: event.clientX, y: event.clientY })}
          onMouseLeave={() => handlers.onPoint(undefined)}
          onFocus={(event) => {
            setCurrent(column);
            if (event.currentTarget.matches(':focus-visible')) {
              handlers.onPoint({ row: -1, column, ...middleOf(event.currentTarget) });
            }
          }}
          onBlur={() => handlers.onPoint(undefined)}
        />
      ))}
      {keyed && (
        <div className={styles.key} style={{ height: KEY_HEIGHT }} aria-hidden>
          <KeyItem color={line} width={2.5} label="Mean of complete cohorts" />
          {lines.length > 0 && <KeyItem color={line} width={1} faint label="Each cohort" />}
          {then.length > 0 && (
            <KeyItem
              color={theme.colors.text.secondary}
              width={1.5}
              dashed
              label={capital(earlierText(model.timeShift))}
            />
          )}
        </div>
      )}
    </div>
  );
}

function Axes({ plot, model }: { plot: CurvePlot; model: RetentionModel }) {
  const theme = useTheme2();
  const { columns } = model;
  const text = { fill: theme.colors.text.secondary, fontSize: 12 };
  return (
    <g>
      {plot.ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={plot.left}
            x2={plot.left + plot.width}
            y1={yOf(plot, tick)}
            y2={yOf(plot, tick)}
            stroke={theme.colors.border.weak}
          />
          <text {...text} x={plot.left - 6} y={yOf(plot, tick) + 4} textAnchor="end">
            {formatShare(tick, plot.most < 0.1 && tick > 0 ? 1 : 0)}
          </text>
        </g>
      ))}
      {columns.map(
        ({ label }, column) =>
          column % plot.nameStep === 0 && (
            <text
              {...text}
              key={column}
              x={xOf(plot, column, columns.length)}
              y={plot.top + plot.height + 16}
              textAnchor="middle"
            >
              {label}
            </text>
          )
      )}
    </g>
  );
}

function KeyItem(props: { color: string; width: number; label: string; dashed?: boolean; faint?: boolean }) {
  const styles = useStyles2(getRetentionStyles);
  return (
    <span className={styles.keyItem}>
      <svg width={18} height={8}>
        <line
          x1={0}
          x2={18}
          y1={4}
          y2={4}
          stroke={props.color}
          strokeWidth={props.width}
          strokeDasharray={props.dashed ? '4 3' : undefined}
          opacity={props.faint ? 0.4 : 1}
        />
      </svg>
      {props.label}
    </span>
  );
}
