import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { type ColumnHead } from './heads';
import { type NodeLabel } from './labels';
import { type LinkPlace, NODE_WIDTH, type NodePlace, type PathsLayout } from './layout';
import { isEnd, type ModelLink, type ModelNode, type PathsModel } from './model';
import { getPathsStyles } from './paths-styles';
import { fillOf, frameColor, Patterns } from './Patterns';

const LEAST_LINK = 0.75;

interface Props {
  id: string;
  model: PathsModel;
  layout: PathsLayout;
  labels: NodeLabel[];
  heads: ColumnHead[];
  colors: string[];
  linkColors: string[];
  /** How strong links are where nothing is lit, 0 to 1. */
  opacity: number;
}

/**
 * The whole drawing. It does not change while the pointer moves: what is lit is drawn over it, and the layer of the links, which
 * is painted once, fades.
 */
export const PathsDrawing = React.memo(function PathsDrawing(props: Props) {
  const { id, model, layout, labels, heads, colors, linkColors, opacity } = props;
  const styles = useStyles2(getPathsStyles);
  return (
    <>
      <svg data-faded aria-hidden className={styles.layer} width={layout.width} height={layout.height}>
        <Patterns id={id} />
        <g className={styles.links} strokeOpacity={opacity}>
          {bySize(model.links).map(({ index }) => (
            <LinkPath key={index} place={layout.links[index]} color={linkColors[index]} />
          ))}
        </g>
        {model.nodes.map((node) => (
          <NodeRect key={node.index} id={id} node={node} place={layout.nodes[node.index]} color={colors[node.index]} />
        ))}
      </svg>
      <svg aria-hidden className={styles.layer} width={layout.width} height={layout.height}>
        {heads.map(({ x, name, figures }) => (
          <g key={x} data-testid={testIds.paths.head}>
            <text className={styles.head} x={x} y={13}>
              {name}
            </text>
            <text className={styles.headFigures} x={x} y={28}>
              {figures}
            </text>
          </g>
        ))}
        <g data-labels>
          {labels.map((label) => (
            <LabelText key={label.node} label={label} styles={styles} end={isEnd(model.nodes[label.node])} />
          ))}
        </g>
      </svg>
    </>
  );
});

/** Links with most paths first, so that small ones lie over them. */
function bySize(links: ModelLink[]): ModelLink[] {
  return [...links].sort((a, b) => b.value - a.value);
}

function LinkPath({ place, color }: { place: LinkPlace; color: string }) {
  const gone = place.width <= 0;
  return (
    <path
      d={place.path}
      stroke={color}
      strokeWidth={gone ? 1 : Math.max(LEAST_LINK, place.width)}
      strokeDasharray={gone ? '3 3' : undefined}
      data-testid={testIds.paths.link}
    />
  );
}

interface NodeRectProps {
  id: string;
  node: ModelNode;
  place: NodePlace;
  color: string;
  /** How much of it is drawn, 0 to 1. */
  share?: number;
}

/** A node, or in its middle a part of it. */
export function NodeRect({ id, node, place, color, share = 1 }: NodeRectProps) {
  const height = Math.max(Math.min(2, place.height), place.height * share);
  return (
    <rect
      x={place.x}
      y={place.y + (place.height - height) / 2}
      width={NODE_WIDTH}
      height={height}
      rx={Math.min(2, height / 2)}
      fill={fillOf(node, color, id)}
      stroke={frameColor(node, color)}
    />
  );
}

interface LabelTextProps {
  label: NodeLabel;
  styles: ReturnType<typeof getPathsStyles>;
  /** Numbers instead of the label's own. */
  figures?: string;
  end: boolean;
}

const BASELINE = 11.5;
const SECOND_LINE = 15;

/** The label of a node. */
export function LabelText({ label, styles, figures = label.figures, end }: LabelTextProps) {
  const { x, y, method, name, lines } = label;
  return (
    <text
      className={styles.label}
      x={x}
      y={y + BASELINE}
      data-testid={testIds.paths.label}
      data-node-label={label.node}
    >
      {method && <tspan className={styles.secondary}>{`${method} `}</tspan>}
      <tspan fontStyle={end ? 'italic' : undefined}>{name}</tspan>
      {figures && (
        <tspan className={styles.secondary} {...(lines === 2 ? { x, dy: SECOND_LINE } : { dx: 6 })}>
          {figures}
        </tspan>
      )}
    </text>
  );
}
