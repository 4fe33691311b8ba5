import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useMemo, useRef } from 'react';

import { formatCount } from '../../components/format';
import { type MeasureText } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { flowThrough, type Mark } from './flow';
import { type NodeLabel } from './labels';
import { type PathsLayout } from './layout';
import { isEnd, type PathsModel } from './model';
import { getPathsStyles } from './paths-styles';
import { LabelText, NodeRect } from './PathsDrawing';

const LIT = 0.8;
/** How strong labels are that have no part in it. */
const FADED = 0.35;
const LEAST_LINK = 0.75;

interface Props {
  id: string;
  model: PathsModel;
  layout: PathsLayout;
  labels: NodeLabel[];
  colors: string[];
  linkColors: string[];
  measure: MeasureText;
  mark: Mark;
  /** What a link that has the keyboard’s focus is called; absent when none has. */
  focused?: string;
}

/** What comes through a mark, over the whole drawing: each link and node with the part of it that passes there; and all labels, in place of the drawing’s own. */
export const PathsHighlight = React.memo(function PathsHighlight(props: Props) {
  const { id, model, layout, labels, colors, linkColors, measure, mark, focused } = props;
  const styles = useStyles2(getPathsStyles);
  const flow = useMemo(() => flowThrough(model, mark), [model, mark]);
  const focus = useRef<SVGPathElement>(null);
  useEffect(() => {
    if (focused !== undefined) {
      focus.current?.focus({ preventScroll: true });
    }
  }, [focused, mark]);
  const whole = (node: number, passing: number) =>
    mark.node === node || passing >= model.nodes[node].value * 0.9995 || passing <= 0;
  return (
    <g data-testid={testIds.paths.lit}>
      <g className={styles.links} strokeOpacity={LIT} aria-hidden>
        {[...flow.links].map(([index, passing]) => {
          const { path, width } = layout.links[index];
          const { value } = model.links[index];
          return (
            <path
              key={index}
              d={path}
              stroke={linkColors[index]}
              strokeWidth={Math.max(LEAST_LINK, value > 0 ? (width * passing) / value : 0)}
            />
          );
        })}
      </g>
      {focused !== undefined && mark.link !== undefined && (
        <path
          ref={focus}
          d={layout.links[mark.link].path}
          className={styles.linkFocus}
          fill="none"
          stroke="currentColor"
          strokeWidth={1.5}
          role="button"
          tabIndex={-1}
          aria-label={focused}
          aria-haspopup="menu"
          data-link={mark.link}
        />
      )}
      <g aria-hidden>
        {[...flow.nodes].map(([index, passing]) => (
          <NodeRect
            key={index}
            id={id}
            node={model.nodes[index]}
            place={layout.nodes[index]}
            color={colors[index]}
            share={model.nodes[index].value > 0 ? Math.min(1, passing / model.nodes[index].value) : 1}
          />
        ))}
        {labels.map((label) => {
          const passing = flow.nodes.get(label.node);
          return (
            <g key={label.node} opacity={passing === undefined ? FADED : undefined}>
              <LabelText
                label={label}
                styles={styles}
                end={isEnd(model.nodes[label.node])}
                figures={
                  passing === undefined || whole(label.node, passing) ? undefined : passingText(label, passing, measure)
                }
              />
            </g>
          );
        })}
      </g>
    </g>
  );
});

/** How many come through, in the room that the label's own numbers have. */
function passingText({ figures, lines, width }: NodeLabel, passing: number, measure: MeasureText): string {
  const text = `≈ ${formatCount(passing < 10 ? Math.round(passing * 10) / 10 : Math.round(passing))}`;
  return measure(text) <= Math.max(measure(figures), lines === 2 ? width : 0) ? text : '';
}
