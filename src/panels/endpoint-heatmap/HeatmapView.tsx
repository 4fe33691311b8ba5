import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useCallback, useMemo, useRef, useState } from 'react';

import { ActionMenu } from '../../components/ActionMenu';
import { AnnotationLines } from '../../components/annotations/AnnotationLines';
import { type AnnotationMark } from '../../components/annotations/marks';
import { PanelTooltip } from '../../components/PanelTooltip';
import { testIds } from '../../components/test-ids';
import { VisuallyHidden } from '../../components/VisuallyHidden';
import { placeAnnotations } from './annotation-places';
import { cellActions, type CellContext, rowActions } from './cell-actions';
import { isCounting } from './changes';
import { columnName, describeCell, summary } from './describe';
import { HeatmapAxis } from './HeatmapAxis';
import { HeatmapCanvas } from './HeatmapCanvas';
import { HeatmapLegend } from './HeatmapLegend';
import { boxOf, cellAt, cellIndex, type CellPosition, moveCursor, scrollToRow } from './layout';
import { type HeatmapModel } from './matrix';
import { type HeatmapOptions } from './options';
import { isLowSample } from './paint';
import { RowChanges } from './RowChanges';
import { RowLabels } from './RowLabels';
import { useHeatmapDrawing } from './use-heatmap-drawing';

interface Props {
  model: HeatmapModel;
  annotations: AnnotationMark[];
  options: HeatmapOptions;
  width: number;
  height: number;
  timeZone: TimeZone;
  context: CellContext;
}

/** A cell that is pointed at, and where its tooltip goes in the window. */
interface Pointed extends CellPosition {
  x: number;
  y: number;
}

const TOO_FEW = 'Rests on too few requests to be relied on.';

type OpenMenu = { x: number; y: number; row: number; column?: number; byKey: boolean };

export function HeatmapView({ model, annotations, options, width, height, timeZone, context }: Props) {
  const styles = useStyles2(getStyles);
  const plot = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const byPointer = useRef(false);
  const [scrollTop, setScrollTop] = useState(0);
  const [hovered, setHovered] = useState<Pointed>();
  const [cursor, setCursor] = useState<Pointed>();
  const [menu, setMenu] = useState<OpenMenu>();

  const drawing = useHeatmapDrawing({ model, options, width, height, timeZone });
  const { order, names, labels, layout, scale, rowMaxima, paintInput, ticks, format, labelText } = drawing;
  const { byChange, changes, changesWidth } = drawing;
  const { minSamples } = options;
  const marks = useMemo(() => placeAnnotations(annotations, model, layout), [annotations, model, layout]);

  const top = Math.min(scrollTop, Math.max(0, layout.contentHeight - layout.viewHeight));
  const known = (at: Pointed | undefined) =>
    at && at.row < order.length && at.column < model.columns.length ? at : undefined;
  const pointed = menu ? undefined : (known(hovered) ?? known(cursor));

  const pointAt = useCallback(
    (event: { clientX: number; clientY: number }): Pointed | undefined => {
      const rect = plot.current?.getBoundingClientRect();
      const cell = rect && cellAt(layout, event.clientX - rect.left, event.clientY - rect.top + top);
      return cell && { ...cell, x: event.clientX, y: event.clientY };
    },
    [layout, top]
  );

  const placeCursor = (cell: CellPosition): Pointed => {
    const nextTop = scrollToRow(layout, cell.row, top);
    if (nextTop !== top && scroller.current) {
      scroller.current.scrollTop = nextTop;
      setScrollTop(nextTop);
    }
    const box = boxOf(layout, cell);
    const rect = plot.current?.getBoundingClientRect();
    const at = {
      ...cell,
      x: (rect?.left ?? 0) + box.x + box.width / 2,
      y: (rect?.top ?? 0) + box.y - nextTop + box.height / 2,
    };
    setCursor(at);
    return at;
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = known(cursor) ?? { row: 0, column: 0 };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const placed = placeCursor(at);
      setMenu({ ...placed, byKey: true });
      return;
    }
    if (event.key === 'Escape') {
      setCursor(undefined);
      return;
    }
    const page = Math.max(1, Math.floor(layout.viewHeight / layout.rowHeight) - 1);
    const size = { rows: order.length, columns: model.columns.length, page };
    const next = cursor
      ? moveCursor(at, event.key, event.ctrlKey || event.metaKey, size)
      : isMove(event.key)
        ? at
        : undefined;
    if (next) {
      event.preventDefault();
      setHovered(undefined);
      placeCursor(next);
    }
  };

  const closeMenu = () => {
    if (menu?.byKey) {
      plot.current?.focus();
    }
    setMenu(undefined);
  };

  const openRowMenu = useCallback((row: number, event: React.MouseEvent) => {
    setMenu({ row, x: event.clientX, y: event.clientY, byKey: false });
  }, []);

  const cellText = (at: CellPosition) => {
    const cell = cellIndex(model, order, at);
    const lines = describeCell(model, cell, format).map((line) => `${line.label}: ${line.value}`);
    return [labels[at.row], columnName(model, model.columns[at.column], timeZone), ...lines].join(', ');
  };

  const pointedCell = pointed && cellIndex(model, order, pointed);
  const pointedValue = pointedCell === undefined ? NaN : paintInput.model.values[pointedCell];
  const shownValue = pointed && rowMaxima ? pointedValue / rowMaxima[order[pointed.row]] : pointedValue;
  const low = pointedCell !== undefined && isLowSample(paintInput.model, pointedCell, minSamples);
  const outlined = pointed ?? (menu?.column === undefined ? undefined : { row: menu.row, column: menu.column });
  const box = outlined && boxOf(layout, outlined);

  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.heatmap.root}>
      <div
        ref={scroller}
        className={styles.scroller}
        style={{ height: Math.min(layout.viewHeight, layout.contentHeight) }}
        onScroll={(event) => {
          setScrollTop(event.currentTarget.scrollTop);
          setHovered(undefined);
        }}
        data-testid={testIds.heatmap.scroll}
      >
        <div style={{ height: layout.contentHeight }}>
          <div className={styles.view} style={{ height: Math.min(layout.viewHeight, layout.contentHeight) }}>
            <RowLabels
              names={names}
              labels={labels}
              layout={layout}
              scrollTop={top}
              active={outlined?.row}
              measure={labelText}
              onClick={openRowMenu}
            />
            {/* The drawing is one widget with a cursor of its own, as a grid is, without an element for each cell. */}
            <div
              ref={plot}
              className={styles.plot}
              style={{ width: layout.plotWidth, cursor: hovered ? 'pointer' : undefined }}
              role="application"
              aria-roledescription="heatmap"
              aria-label={summary(model, order.length, format)}
              tabIndex={0}
              onKeyDown={onKeyDown}
              onMouseDown={() => (byPointer.current = true)}
              onFocus={() => {
                if (!byPointer.current && !menu) {
                  placeCursor(known(cursor) ?? { row: 0, column: 0 });
                }
                byPointer.current = false;
              }}
              onBlur={() => !menu && setCursor(undefined)}
              onMouseMove={(event) => setHovered(pointAt(event))}
              onMouseLeave={() => setHovered(undefined)}
              onClick={(event) => {
                const at = pointAt(event);
                if (at) {
                  setCursor(undefined);
                  setMenu({ ...at, byKey: false });
                }
              }}
              data-testid={testIds.heatmap.plot}
            >
              <HeatmapCanvas input={paintInput} scrollTop={top} />
              <AnnotationLines marks={marks} />
              {box && (
                <div
                  className={styles.cursor}
                  style={{ left: box.x - 2, top: box.y - top - 2, width: box.width + 4, height: box.height + 4 }}
                  data-testid={testIds.heatmap.cursor}
                />
              )}
            </div>
            {changes && (
              <RowChanges
                changes={changes}
                labels={labels}
                layout={layout}
                width={changesWidth}
                scrollTop={top}
                active={outlined?.row}
                format={format}
                counting={isCounting(model)}
                timeShift={model.earlier?.timeShift}
              />
            )}
          </div>
        </div>
      </div>
      <HeatmapAxis ticks={ticks} marks={marks} layout={layout} timeZone={timeZone} changesWidth={changesWidth} />
      {drawing.showLegend && (
        <HeatmapLegend model={model} drawing={drawing} minSamples={minSamples} width={width} marked={shownValue} />
      )}
      {pointed && pointedCell !== undefined && (
        <PanelTooltip
          x={pointed.x}
          y={pointed.y}
          color={Number.isNaN(shownValue) || low ? undefined : scale.colorOf(shownValue)}
          title={labels[pointed.row]}
          subtitle={columnName(model, model.columns[pointed.column], timeZone)}
          rows={describeCell(model, pointedCell, format)}
          footer={low ? (Number.isNaN(pointedValue) && byChange ? 'Nothing to compare with.' : TOO_FEW) : undefined}
        />
      )}
      {menu && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={labels[menu.row]}
          subtitle={
            menu.column === undefined
              ? undefined
              : `${columnName(model, model.columns[menu.column], timeZone)} · ${format(
                  model.values[order[menu.row] * model.columns.length + menu.column]
                )}`
          }
          groups={
            menu.column === undefined
              ? rowActions(model, order[menu.row], context)
              : cellActions(
                  model,
                  order[menu.row],
                  menu.column,
                  cellText({ row: menu.row, column: menu.column }),
                  context
                )
          }
          onClose={closeMenu}
        />
      )}
      <VisuallyHidden live testId={testIds.heatmap.live}>
        {cursor && !hovered && !menu && known(cursor) ? cellText(cursor) : ''}
      </VisuallyHidden>
    </div>
  );
}

function isMove(key: string): boolean {
  return key.startsWith('Arrow') || key === 'Home' || key === 'End';
}

function getStyles(theme: GrafanaTheme2) {
  return {
    root: css({ position: 'relative', display: 'flex', flexDirection: 'column', overflow: 'hidden' }),
    scroller: css({ overflowX: 'hidden', overflowY: 'auto', flex: 'none', scrollbarWidth: 'thin' }),
    view: css({ position: 'sticky', top: 0, display: 'flex' }),
    plot: css({
      position: 'relative',
      overflow: 'hidden',
      flex: 'none',
      outline: 'none',
      '&:focus-visible': { boxShadow: `inset 0 0 0 1px ${theme.colors.primary.border}` },
    }),
    cursor: css({
      position: 'absolute',
      pointerEvents: 'none',
      border: `2px solid ${theme.colors.text.maxContrast}`,
      borderRadius: theme.shape.radius.sm,
      boxShadow: `0 0 0 1px ${theme.colors.background.primary}`,
    }),
  };
}
