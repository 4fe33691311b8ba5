import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { LoadingBar, useStyles2 } from '@grafana/ui';
import type { PathsMarker } from '@apitrail/contract';

import { formatCount, formatShare, plural } from '../../../components/format';
import { funnelFromPath } from '../../../components/funnel-from-path';
import type { ApitrailQueryOf } from '../../types';
import { useAnswer } from '../asking/use-answer';
import { topPaths, topPathsQuery, type TopPath } from './top-paths';
import { unitsName } from './units';

type Funnel = ApitrailQueryOf<'funnel'>;

interface PathPickerProps {
  query: Funnel;
  isVisible: boolean;
  /** The fields of the funnel that a path decides. */
  onPick: (funnel: Pick<Funnel, 'steps' | 'window' | 'successOnly'>) => void;
}

/** The paths that most take, each of which can become the steps of the funnel. */
export function PathPicker({ query, isVisible, onPick }: PathPickerProps) {
  const styles = useStyles2(getStyles);
  const { frames, error, asking } = useAnswer(isVisible ? topPathsQuery(query) : undefined);
  const found = topPaths(frames?.[0]);
  const units = unitsName(query.unit);
  return (
    <div className={styles.box} role="group" aria-label="Paths" aria-busy={asking}>
      <p className={styles.note}>
        What {units} do from the first request of a session on. The path you choose replaces the steps.
      </p>
      {asking && !found && <LoadingBar width={120} />}
      {error && !asking && <p className={styles.note}>The paths cannot be shown: {error}</p>}
      {!error && !asking && found?.paths.length === 0 && (
        <p className={styles.note}>No path of two requests was taken in the range. Take a longer range.</p>
      )}
      {found && (
        <ul className={styles.list}>
          {found.paths.map((path) => (
            <li key={path.nodes.map(({ name }) => name).join('\n')}>
              <button
                type="button"
                className={styles.path}
                onClick={() => {
                  const { steps, window, successOnly } = funnelFromPath(path.nodes, found.marker);
                  onPick({ steps, window, successOnly });
                }}
              >
                <span>{path.nodes.map(({ name }) => name).join(' → ')}</span>
                <span className={styles.units}>{about(path, found.marker, units)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {found && found.paths.length > 0 && (
        <p className={styles.note}>
          Of {plural(found.marker.paths, unitsName(query.unit, 1), units)}; how many take a path is worked out from how
          many take each of its links.
        </p>
      )}
    </div>
  );
}

function about(path: TopPath, { paths }: PathsMarker, units: string): string {
  return `about ${formatCount(Math.round(path.units))} ${units}, ${formatShare(path.units / paths, 0)}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  note: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, margin: 0 }),
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
  path: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: theme.spacing(0, 2),
    width: '100%',
    padding: theme.spacing(0.5, 1),
    textAlign: 'left',
    overflowWrap: 'anywhere',
    background: 'none',
    border: 'none',
    borderRadius: theme.shape.radius.default,
    '&:hover': { background: theme.colors.action.hover },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
  units: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
});
