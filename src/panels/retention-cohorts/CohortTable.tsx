import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useLayoutEffect, useMemo, useRef, useState } from 'react';

import { type MeasureText } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { type CellScale } from './cell-scale';
import { describePlace } from './describe';
import { movePlace, type Place, rowsInView } from './layout';
import { type RetentionModel } from './model';
import { type RetentionOptions } from './options';
import { middleOf, type PlaceHandlers } from './place-handlers';
import { getRetentionStyles } from './retention-styles';
import { CohortRow, HeadRow, MeanRow, type Placed } from './TableRows';
import { useCohortLayout } from './use-cohort-layout';

interface Props {
  model: RetentionModel;
  options: RetentionOptions;
  colors: CellScale;
  width: number;
  height: number;
  measure: MeasureText;
  handlers: PlaceHandlers;
  timeZone: TimeZone;
}

/** Cohorts as rows, time since their start as columns, coloured by how many came back. Only rows in view are drawn. */
export function CohortTable({ model, options, colors, width, height, measure, handlers, timeZone }: Props) {
  const styles = useStyles2(getRetentionStyles);
  const grid = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const [scrollTop, setScrollTop] = useState(0);
  const [current, setCurrent] = useState<Place>({ row: 0, column: 0 });
  const { cohorts, columns, marker } = model;
  const order = useMemo(() => {
    const rows = cohorts.map((_, row) => row);
    return options.newestFirst ? rows.reverse() : rows;
  }, [cohorts, options.newestFirst]);
  const drawing = useCohortLayout(model, options, { width, height }, timeZone, measure);
  const { nameWidth, sizeWidth, cellWidth, rowHeight, headerHeight } = drawing.layout;
  const meanOnTop = options.mean === 'top';
  const hasMean = options.mean !== 'none';
  const fixedHeight = headerHeight + (hasMean ? rowHeight : 0);
  const [first, last] = rowsInView(scrollTop, height - fixedHeight, rowHeight, order.length);
  const active = {
    row: Math.max(hasMean ? -1 : 0, Math.min(current.row, order.length - 1)),
    column: Math.min(current.column, columns.length - 1),
  };
  const largest = cohorts.reduce((most, { size }) => Math.max(most, size || 0), 0);

  useLayoutEffect(() => {
    if (wantsFocus.current) {
      wantsFocus.current = false;
      grid.current?.querySelector<HTMLElement>(`[data-place="${current.row}:${current.column}"]`)?.focus();
    }
  }, [current, scrollTop]);

  /** Brings a place into view beside what stays in its place, and puts the focus on it once it is drawn. */
  const go = (to: Place) => {
    const element = grid.current;
    if (element) {
      if (to.row >= 0) {
        const top = to.row * rowHeight;
        const seen = element.clientHeight - fixedHeight;
        element.scrollTop = Math.min(top, Math.max(element.scrollTop, top + rowHeight - seen));
      }
      if (to.column >= 0) {
        const left = to.column * cellWidth;
        const seen = element.clientWidth - nameWidth - sizeWidth;
        element.scrollLeft = Math.min(left, Math.max(element.scrollLeft, left + cellWidth - seen));
      }
      setScrollTop(element.scrollTop);
    }
    wantsFocus.current = true;
    setCurrent(to);
  };

  const found = (target: EventTarget) => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null;
    if (!element) {
      return undefined;
    }
    const [row, column] = (element.dataset.place ?? '').split(':').map(Number);
    return { element, drawn: { row, column }, place: { row: row < 0 ? -1 : order[row], column } };
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = found(event.target);
    if (!at) {
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      handlers.onMenu({ ...at.place, ...middleOf(at.element) }, at.element);
      return;
    }
    if (event.key === 'Escape') {
      handlers.onPoint(undefined);
      return;
    }
    const page = Math.max(1, Math.floor((height - fixedHeight) / rowHeight) - 1);
    const size = { firstRow: hasMean ? -1 : 0, rows: order.length, columns: columns.length, page };
    const next = movePlace(at.drawn, event.key, event.ctrlKey || event.metaKey, size);
    if (next) {
      event.preventDefault();
      go(next);
    }
  };

  const placed: Placed = (row, column, text) => ({
    role: column < 0 ? 'rowheader' : 'gridcell',
    tabIndex: row === active.row && column === active.column ? 0 : -1,
    // What is read first is what is seen; a cell that is a colour alone has the whole sentence for a name.
    [text === '' ? 'aria-label' : 'aria-description']: describePlace(
      model,
      { row: row < 0 ? -1 : order[row], column },
      options.decimals,
      timeZone
    ).sentence,
    ...{ 'data-place': `${row}:${column}` },
  });
  const shared = { model, drawing, colors, placed };
  const mean = hasMean && <MeanRow {...shared} rowIndex={meanOnTop ? 2 : order.length + 2} top={meanOnTop} />;
  const drawn = order.map((_, row) => row).slice(first, last);
  // What has the focus stays drawn, so that it keeps it while it is scrolled away.
  const focused = active.row >= 0 && (active.row < first || active.row >= last) ? active.row : undefined;
  const rowOf = (row: number) => (
    <CohortRow
      key={order[row]}
      {...shared}
      cohort={cohorts[order[row]]}
      row={row}
      rowIndex={row + 2 + (meanOnTop ? 1 : 0)}
      largest={largest}
    />
  );
  const before = focused !== undefined && focused < first ? [focused] : [];
  const after = focused !== undefined && focused >= last ? [focused] : [];
  const gap = (from: number, to: number) => <div style={{ height: Math.max(0, to - from) * rowHeight }} />;
  return (
    <div
      ref={grid}
      className={styles.grid}
      style={{ height }}
      role="grid"
      aria-label={`Retention of ${model.unitName}: a row per cohort, a column per ${marker?.interval ?? 'interval'} after the start`}
      aria-rowcount={order.length + 1 + (hasMean ? 1 : 0)}
      data-testid={testIds.retention.grid}
      onScroll={(event) => {
        setScrollTop(event.currentTarget.scrollTop);
        handlers.onPoint(undefined);
      }}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const at = found(event.target);
        if (at) {
          setCurrent(at.drawn);
          const pointer = { x: event.clientX, y: event.clientY };
          handlers.onMenu({ ...at.place, ...(event.detail === 0 ? middleOf(at.element) : pointer) }, at.element);
        }
      }}
      onMouseMove={(event) => {
        const at = found(event.target);
        handlers.onPoint(at && { ...at.place, x: event.clientX, y: event.clientY });
      }}
      onMouseLeave={() => handlers.onPoint(undefined)}
      onFocus={(event) => {
        const at = found(event.target);
        if (at) {
          setCurrent(at.drawn);
          if (at.element.matches(':focus-visible')) {
            handlers.onPoint({ ...at.place, ...middleOf(at.element) });
          }
        }
      }}
      onBlur={() => handlers.onPoint(undefined)}
    >
      <HeadRow model={model} drawing={drawing} />
      {meanOnTop && mean}
      {before.map(rowOf)}
      {gap(before.length, first)}
      {drawn.map(rowOf)}
      {gap(last, order.length - after.length)}
      {after.map(rowOf)}
      {!meanOnTop && mean}
    </div>
  );
}
