import { useTheme2 } from '@grafana/ui';
import React from 'react';

import { neutralColor } from './colors';
import { type ModelNode } from './model';

/** What a node is filled with: its colour, or the pattern of its kind, so that kinds are told apart without colours. */
export function fillOf({ kind }: Pick<ModelNode, 'kind'>, color: string, id: string): string {
  return kind === undefined ? color : `url(#${id}-${kind})`;
}

/** The patterns of the kinds of nodes. `id` tells those of one drawing from those of others of the page. */
export const Patterns = React.memo(function Patterns({ id }: { id: string }) {
  const theme = useTheme2();
  const neutral = neutralColor(theme);
  const drop = theme.colors.error.main;
  const paper = theme.colors.background.primary;
  return (
    <defs>
      <pattern id={`${id}-drop_off`} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={5} height={5} fill={paper} />
        <rect width={3} height={5} fill={drop} />
      </pattern>
      <pattern id={`${id}-open`} width={5} height={5} patternUnits="userSpaceOnUse">
        <rect width={5} height={5} fill={paper} />
        <circle cx={2.5} cy={2.5} r={1.5} fill={neutral} />
      </pattern>
      <pattern id={`${id}-start`} width={4} height={6} patternUnits="userSpaceOnUse">
        <rect width={4} height={6} fill={paper} />
        <rect width={4} height={2} y={2} fill={neutral} />
      </pattern>
      <pattern id={`${id}-other`} width={3} height={3} patternUnits="userSpaceOnUse">
        <rect width={3} height={3} fill={neutral} fillOpacity={0.35} />
        <rect width={1.5} height={3} fill={neutral} fillOpacity={0.8} />
      </pattern>
    </defs>
  );
});

/** Colour of the frame around a node of that kind. */
export function frameColor({ kind }: Pick<ModelNode, 'kind'>, color: string): string | undefined {
  return kind === undefined ? undefined : color;
}
