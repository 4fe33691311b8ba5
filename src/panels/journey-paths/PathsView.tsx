import { cx } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import React, { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { ActionMenu } from '../../components/ActionMenu';
import { PanelTooltip } from '../../components/PanelTooltip';
import { testIds } from '../../components/test-ids';
import {
  countedText,
  describeMark,
  markPlace,
  markSentence,
  markTitle,
  pathsSummary,
  PROPORTION_TEXT,
} from './describe';
import { type Mark } from './flow';
import { type PathsModel } from './model';
import { moveMark } from './navigate';
import { NodeButtons } from './NodeButtons';
import { type PathsOptions } from './options';
import { pathActions, type PathContext } from './path-actions';
import { getPathsStyles } from './paths-styles';
import { PathsDrawing } from './PathsDrawing';
import { PathsHighlight } from './PathsHighlight';
import { PathsKey } from './PathsKey';
import { markAt } from './pick';
import { ScrollFrame } from './ScrollFrame';
import { usePathsDrawing } from './use-paths-drawing';

interface Props {
  model: PathsModel;
  options: PathsOptions;
  width: number;
  height: number;
  context: PathContext;
}

/** A mark, and where in the window it is pointed at. */
interface Pointed {
  /** What the mark is of: in another answer its number means something else. */
  model: PathsModel;
  mark: Mark;
  x: number;
  y: number;
  /** It has the keyboard's focus. */
  focused?: boolean;
}

const SUMMARY_LEAST_HEIGHT = 160;
const SUMMARY_ONE_LINE = 22;
const SUMMARY_TWO_LINES = 40;
const SCROLLBAR = 12;
const KEY_BELOW = 640;

export function PathsView({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getPathsStyles);
  const { decimals } = options;
  const plot = useRef<HTMLDivElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const first = model.columns[model.before ? model.columns.length - 1 : 0][0];
  const [cursor, setCursor] = useState<number>(first);
  const [pointed, setPointed] = useState<Pointed>();
  const [menu, setMenu] = useState<Pointed>();

  const summaryHeight = height < SUMMARY_LEAST_HEIGHT ? 0 : width < KEY_BELOW ? SUMMARY_TWO_LINES : SUMMARY_ONE_LINE;
  const scrolls = width < model.columns.length * options.stepWidth;
  const room = height - summaryHeight - (scrolls ? SCROLLBAR : 0);
  const drawing = usePathsDrawing(model, options, width, room);
  const { layout, labels } = drawing;

  // Paths before an anchor are read from where they end.
  useEffect(() => {
    if (scroll.current && model.before) {
      scroll.current.scrollLeft = layout.width;
    }
  }, [model.before, layout.width]);

  const current = cursor < model.nodes.length ? cursor : first;
  const shown = pointed?.model === model && !menu ? pointed : undefined;
  const lit = useStable(menu?.model === model ? menu.mark : shown?.mark);

  const placeOf = useCallback(
    (mark: Mark): { x: number; y: number } => {
      const { left, top } = plot.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
      if (mark.link === undefined) {
        const { x, y, height: tall } = layout.nodes[mark.node];
        return { x: left + x, y: top + y + Math.min(tall / 2, 80) };
      }
      const { x0, x1, y0, y1 } = layout.links[mark.link];
      return { x: left + (x0 + x1) / 2, y: top + (y0 + y1) / 2 };
    },
    [layout]
  );

  const markOf = (event: React.MouseEvent): Mark | undefined => {
    const { left, top } = plot.current!.getBoundingClientRect();
    const { node, link } = (event.target as Element).closest<SVGElement>('[data-node], [data-link]')?.dataset ?? {};
    const named = node !== undefined ? { node: Number(node) } : link !== undefined ? { link: Number(link) } : undefined;
    return (
      (event.detail === 0 ? named : undefined) ??
      markAt(layout, labels, event.clientX - left, event.clientY - top) ??
      named
    );
  };

  const moveTo = (mark: Mark) => {
    bringIntoView(mark);
    if (mark.link === undefined) {
      setCursor(mark.node);
      plot.current?.querySelector<SVGElement>(`[data-node="${mark.node}"]`)?.focus({ preventScroll: true });
    }
    setPointed({ model, mark, ...placeOf(mark), focused: true });
  };

  const bringIntoView = (mark: Mark) => {
    const box = scroll.current;
    const column = model.nodes[mark.node ?? model.links[mark.link!].source].column;
    if (box) {
      const [left, right] = [column * layout.slot, (column + (mark.link === undefined ? 1 : 2)) * layout.slot];
      box.scrollLeft = Math.max(Math.min(box.scrollLeft, left), right - width);
    }
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const mark: Mark = pointed?.model === model && pointed.focused ? pointed.mark : { node: current };
    if (event.key === 'Escape') {
      if (mark.link !== undefined) {
        moveTo({ node: model.links[mark.link].source });
      }
      setPointed(undefined);
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      setMenu({ model, mark, ...placeOf(mark), focused: true });
      return;
    }
    const next = moveMark(model, layout, mark, event.key, event.shiftKey);
    if (next) {
      event.preventDefault();
      moveTo(next);
    }
  };

  const closeMenu = () => {
    setMenu(undefined);
    if (menu?.focused && menu.mark.link !== undefined) {
      setPointed(menu);
      return;
    }
    setPointed(undefined);
    const node = menu?.mark.node ?? current;
    plot.current?.querySelector<SVGElement>(`[data-node="${node}"]`)?.focus({ preventScroll: true });
  };

  const summary = pathsSummary(model, decimals);
  const counted = countedText(model);
  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.paths.root}>
      {summaryHeight > 0 && (
        <div
          className={cx(styles.summary, summaryHeight === SUMMARY_ONE_LINE && styles.oneLine)}
          style={{ height: summaryHeight }}
        >
          <span className={styles.cut} title={pathsSummary(model, decimals, true)} data-testid={testIds.paths.summary}>
            {summary}
          </span>
          <PathsKey id={drawing.id} model={model} />
        </div>
      )}
      <ScrollFrame box={scroll} width={width} content={layout.width} scrolls={scrolls}>
        <div
          ref={plot}
          className={styles.plot}
          style={{ width: layout.width, height: room }}
          role="group"
          aria-label={`${summary}. Arrow keys move between requests, with Shift to the links between them.`}
          data-testid={testIds.paths.plot}
          data-lit={lit !== undefined}
          onMouseMove={(event) => {
            const mark = markOf(event);
            setPointed(mark && { model, mark, x: event.clientX, y: event.clientY });
          }}
          onMouseLeave={() => setPointed(undefined)}
          onClick={(event) => {
            const mark = markOf(event);
            if (mark) {
              const byKey = event.detail === 0;
              setMenu({
                model,
                mark,
                ...(byKey ? placeOf(mark) : { x: event.clientX, y: event.clientY }),
                focused: byKey,
              });
              setCursor(mark.node ?? model.links[mark.link].source);
            }
          }}
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            const { node } = (event.target as Element as SVGElement).dataset;
            if (node !== undefined && event.target.matches(':focus-visible') && !menu) {
              const mark = { node: Number(node) };
              setCursor(mark.node);
              setPointed({ model, mark, ...placeOf(mark), focused: true });
            }
          }}
          onBlur={() =>
            setPointed((before) => (before?.focused && before.mark.link === undefined ? undefined : before))
          }
        >
          <PathsDrawing
            id={drawing.id}
            model={model}
            layout={layout}
            labels={labels}
            heads={drawing.heads}
            colors={drawing.colors}
            linkColors={drawing.linkColors}
            opacity={drawing.opacity}
          />
          <svg className={styles.layer} width={layout.width} height={room}>
            {lit && (
              <PathsHighlight
                id={drawing.id}
                model={model}
                layout={layout}
                labels={labels}
                colors={drawing.colors}
                linkColors={drawing.linkColors}
                measure={drawing.measure}
                mark={lit}
                focused={shown?.focused && lit.link !== undefined ? markSentence(model, lit, decimals) : undefined}
              />
            )}
            <NodeButtons model={model} layout={layout} current={current} decimals={decimals} />
          </svg>
        </div>
      </ScrollFrame>
      {shown && (
        <PanelTooltip
          x={shown.x}
          y={shown.y}
          title={markTitle(model, shown.mark)}
          subtitle={markPlace(model, shown.mark)}
          color={shown.mark.link === undefined ? drawing.colors[shown.mark.node] : drawing.linkColors[shown.mark.link]}
          rows={describeMark(model, shown.mark, decimals)}
          footer={[counted, PROPORTION_TEXT].filter(Boolean).join(' ')}
        />
      )}
      {menu && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={markTitle(menu.model, menu.mark)}
          subtitle={markPlace(menu.model, menu.mark)}
          groups={pathActions(menu.model, menu.mark, context, decimals)}
          onClose={closeMenu}
        />
      )}
    </div>
  );
}

/** The same object as long as it is the same mark, so that what is lit is drawn once. */
function useStable(mark: Mark | undefined): Mark | undefined {
  const { node, link } = mark ?? {};
  return useMemo(() => (node !== undefined ? { node } : link !== undefined ? { link } : undefined), [node, link]);
}
