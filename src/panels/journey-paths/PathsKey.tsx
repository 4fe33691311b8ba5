import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { neutralColor } from './colors';
import { type ModelNode, type PathsModel } from './model';
import { getPathsStyles } from './paths-styles';
import { fillOf } from './Patterns';

const KINDS: Array<{ kind: NonNullable<ModelNode['kind']>; label: string; meaning: string }> = [
  { kind: 'start', label: 'Session start', meaning: 'The session began there' },
  { kind: 'other', label: 'Other', meaning: 'All requests that are not among the most travelled of the step' },
  { kind: 'drop_off', label: 'Drop-off', meaning: 'No further request in the session' },
  { kind: 'open', label: 'May go on', meaning: 'The last request is so recent that the session may go on' },
];

/** What the patterns of nodes mean, of those that are drawn. */
export function PathsKey({ id, model }: { id: string; model: PathsModel }) {
  const styles = useStyles2(getPathsStyles);
  const theme = useTheme2();
  const shown = KINDS.filter(({ kind }) => model.nodes.some((node) => node.kind === kind));
  return (
    <span className={styles.key} aria-hidden data-testid={testIds.paths.key}>
      {shown.map(({ kind, label, meaning }) => (
        <span key={kind} className={styles.keyItem} title={meaning}>
          <svg width={12} height={12}>
            <rect
              x={0.5}
              y={0.5}
              width={11}
              height={11}
              rx={2}
              fill={fillOf({ kind }, '', id)}
              stroke={kind === 'drop_off' ? theme.colors.error.main : neutralColor(theme)}
            />
          </svg>
          {label}
        </span>
      ))}
    </span>
  );
}
