import React from 'react';

import { testIds } from './test-ids';

interface Props {
  values: number[];
  /** Amounts of an earlier time in the same places, drawn as a line along their tops. */
  earlier?: { values: number[]; color: string };
  width: number;
  height: number;
  color: string;
  /** What the drawing says, for those who do not see it. */
  label: string;
  /** Text of a bar, shown while the pointer is on it. */
  titleOf?: (index: number) => string;
}

/** Amounts over time as small bars. A time without any has none; the smallest amount is still seen. */
export function Sparkline({ values, earlier, width, height, color, label, titleOf }: Props) {
  const most = [...values, ...(earlier?.values ?? [])].reduce((max, value) => Math.max(max, value), 0);
  const room = width / Math.max(1, values.length);
  const gap = room >= 3 ? 1 : 0;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      {values.map((value, index) => {
        const tall = most > 0 && value > 0 ? Math.max(1.5, (value / most) * (height - 1)) : 0;
        return (
          <g key={index}>
            {titleOf && (
              <>
                <title>{titleOf(index)}</title>
                <rect x={index * room} y={0} width={room} height={height} fill="transparent" />
              </>
            )}
            <rect
              x={index * room}
              y={height - 1 - tall}
              width={Math.max(0.75, room - gap)}
              height={tall}
              fill={color}
            />
          </g>
        );
      })}
      {earlier && most > 0 && (
        <path
          d={outline(earlier.values, room, height, most)}
          fill="none"
          stroke={earlier.color}
          opacity={0.75}
          data-testid={testIds.sparklineEarlier}
        />
      )}
      <rect x={0} y={height - 1} width={width} height={1} fill={color} opacity={0.35} />
    </svg>
  );
}

/** The outline of bars, from left to right. */
function outline(values: number[], room: number, height: number, most: number): string {
  const top = (value: number) => (height - 1 - (value / most) * (height - 1.5)).toFixed(1);
  return `M0,${height - 1} ${values.map((value, i) => `V${top(value)} H${((i + 1) * room).toFixed(1)}`).join(' ')}`;
}

/** A trend in words. */
export function trendLabel(values: number[], earlier?: string, then?: number[]): string {
  const half = Math.floor(values.length / 2);
  const sum = (list: number[]) => list.reduce((total, value) => total + value, 0);
  const before = sum(values.slice(0, half));
  const after = sum(values.slice(values.length - half));
  const word = after > before * 1.2 ? 'rising' : after < before * 0.8 ? 'falling' : 'steady';
  const most = (list: number[]) => list.reduce((max, value) => Math.max(max, value), 0);
  const compared = earlier && then ? `, ${earlier} at most ${most(then)}` : '';
  return `Trend: ${word}, at most ${most(values)} at a time${compared}`;
}
