import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { markSentence } from './describe';
import { NODE_WIDTH, type PathsLayout } from './layout';
import { type PathsModel } from './model';
import { getPathsStyles } from './paths-styles';

interface Props {
  model: PathsModel;
  layout: PathsLayout;
  /** The node that Tab comes to. */
  current: number;
  decimals: number;
}

const REACH = 2;

/** The nodes as buttons for keyboard and screen readers, column by column. The pointer is looked after by geometry. */
export const NodeButtons = React.memo(function NodeButtons({ model, layout, current, decimals }: Props) {
  const styles = useStyles2(getPathsStyles);
  return (
    <>
      {model.columns.flat().map((index) => {
        const { x, y, height } = layout.nodes[index];
        return (
          <g
            key={index}
            className={styles.button}
            role="button"
            tabIndex={index === current ? 0 : -1}
            aria-label={markSentence(model, { node: index }, decimals)}
            aria-haspopup="menu"
            data-node={index}
            data-testid={testIds.paths.node}
          >
            <rect x={x - REACH} y={y - REACH} width={NODE_WIDTH + 2 * REACH} height={height + 2 * REACH} rx={3} />
          </g>
        );
      })}
    </>
  );
});
