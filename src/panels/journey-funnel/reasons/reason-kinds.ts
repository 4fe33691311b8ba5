import { type FunnelReason } from '@apitrail/contract';
import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';
import type React from 'react';

interface ReasonKind {
  /** A word or two. */
  label: string;
  /** What it says of a unit. */
  meaning: string;
}

/** Reasons of those who dropped, most to blame first; who is pending has not dropped. */
export const BLAMED = ['failed', 'failed_elsewhere', 'slow', 'diverted', 'silent', 'excluded'] as const;

export const REASON_KINDS: Readonly<Record<FunnelReason, ReasonKind>> = {
  pending: { label: 'Pending', meaning: 'may still take the step: the window is not over' },
  excluded: { label: 'Excluded', meaning: 'an exclusion ended the attempt' },
  failed: { label: 'Failed', meaning: 'tried the step and got an error' },
  failed_elsewhere: { label: 'Failed elsewhere', meaning: 'met an error on the way that goes with dropping' },
  slow: { label: 'Slow', meaning: 'waited far longer than usual, or gave up waiting' },
  diverted: { label: 'Went elsewhere', meaning: 'made other requests that succeeded' },
  silent: { label: 'Left', meaning: 'made no request any more' },
};

/** How much to blame a reason is, from 0; those that are not known come last. */
export function blameOf(reason: string): number {
  const index = (BLAMED as readonly string[]).indexOf(reason);
  return index < 0 ? BLAMED.length : index;
}

/** What a reason is called. */
export function reasonLabel(reason: string): string {
  return (REASON_KINDS as Record<string, ReasonKind | undefined>)[reason]?.label ?? reason;
}

/** Colour and texture of a reason, as the background of an element; no two have the same texture. */
export function reasonFill(reason: string, theme: GrafanaTheme2): React.CSSProperties {
  const named = (dark: string, light: string) => theme.visualization.getColorByName(theme.isDark ? dark : light);
  const line = colorManipulator.alpha(theme.colors.background.primary, 0.55);
  const grey = theme.isDark ? '#7b8087' : '#8a8f98';
  switch (reason) {
    case 'pending':
      return striped(named('blue', 'semi-dark-blue'), 'transparent', 135, 2, 6);
    case 'failed':
      return { background: named('red', 'semi-dark-red') };
    case 'failed_elsewhere':
      return striped(line, named('purple', 'semi-dark-purple'), 45, 2, 6);
    case 'slow': {
      const color = named('yellow', 'dark-yellow');
      return {
        backgroundColor: color,
        backgroundImage: `radial-gradient(${line} 30%, transparent 34%)`,
        backgroundSize: '5px 5px',
      };
    }
    case 'diverted':
      return striped(line, named('green', 'dark-green'), 0, 1, 4);
    case 'silent':
      return striped(line, grey, 90, 1, 4);
    default:
      return {
        backgroundColor: 'transparent',
        backgroundImage: [45, 135]
          .map((angle) => `repeating-linear-gradient(${angle}deg, ${grey} 0 1px, transparent 1px 5px)`)
          .join(', '),
      };
  }
}

function striped(line: string, ground: string, angle: number, width: number, every: number): React.CSSProperties {
  return {
    backgroundColor: ground,
    backgroundImage: `repeating-linear-gradient(${angle}deg, ${line} 0 ${width}px, transparent ${width}px ${every}px)`,
  };
}
