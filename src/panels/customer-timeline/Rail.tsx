import { type GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { isEnd, type RailPart } from './journey-rail';

export const RAIL_WIDTH = 22;
const X = 10;
const RADIUS = 5;

/** What became of a journey, as a colour; the mark and the text say the same. */
export function outcomeColor(outcome: string | undefined, theme: GrafanaTheme2): string {
  switch (outcome) {
    case 'converted':
      return theme.colors.success.text;
    case 'abandoned':
      return theme.colors.error.text;
    case 'stopped':
    case 'excluded':
      return theme.colors.warning.text;
    default:
      return theme.colors.info.text;
  }
}

/** The line beside a row while a journey is under way; with a mark where the row is one of its steps. */
export function Rail({ part, height, mark }: { part: RailPart; height: number; mark?: string }) {
  const theme = useTheme2();
  const color = outcomeColor(part.outcome, theme);
  const middle = height / 2;
  return (
    <svg
      width={RAIL_WIDTH}
      height={height}
      aria-hidden
      style={{ flex: 'none', display: 'block' }}
      data-testid={part.before || part.after || mark ? testIds.timeline.rail : undefined}
    >
      {part.before && <line x1={X} x2={X} y1={0} y2={middle} stroke={color} strokeWidth={2} />}
      {part.after && <line x1={X} x2={X} y1={middle} y2={height} stroke={color} strokeWidth={2} />}
      {mark && <Mark outcome={mark} color={color} x={X} y={middle} />}
    </svg>
  );
}

/** A filled dot converted, a cross ended without, a ring goes on. */
function Mark({ outcome, color, x, y }: { outcome: string; color: string; x: number; y: number }) {
  const theme = useTheme2();
  const background = theme.colors.background.primary;
  if (isEnd(outcome) && outcome !== 'converted' && outcome !== 'pending') {
    const arm = RADIUS - 1;
    return (
      <g stroke={color} strokeWidth={2}>
        <circle cx={x} cy={y} r={RADIUS + 2} fill={background} stroke="none" />
        <path d={`M${x - arm},${y - arm}L${x + arm},${y + arm}M${x - arm},${y + arm}L${x + arm},${y - arm}`} />
      </g>
    );
  }
  return (
    <circle
      cx={x}
      cy={y}
      r={RADIUS}
      fill={outcome === 'converted' ? color : background}
      stroke={color}
      strokeWidth={2}
      strokeDasharray={outcome === 'pending' ? '3 2' : undefined}
    />
  );
}
