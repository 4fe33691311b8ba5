import { cx } from '@emotion/css';
import { type TimeZone } from '@grafana/schema';
import { Button, FilterInput, Icon, RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useRef, useState } from 'react';

import { changeBetween, changeText, earlierText } from '../../components/change';
import { formatCount, formatShare, plural } from '../../components/format';
import { textMeasure } from '../../components/measure';
import { testIds } from '../../components/test-ids';
import { drawnColumns, type DrawnColumn } from './columns';
import { getErrorStyles } from './error-styles';
import { ErrorCell } from './ErrorCells';
import { DIMENSION_LABELS, ErrorDetails } from './ErrorDetails';
import { type ErrorsModel } from './model';
import { COLUMN_LABELS, type ErrorsOptions } from './options';
import { rowActions, type RowContext } from './row-actions';
import { errorRows, type SortColumn, type Sorting } from './rows';

interface Props {
  model: ErrorsModel;
  options: ErrorsOptions;
  width: number;
  height: number;
  timeZone: TimeZone;
  context: RowContext;
}

/** Rows drawn at first, and more of them on each demand. */
const BATCH = 200;
const FONT_SIZE = 12;
const TOOLBAR_LEAST_HEIGHT = 160;
const GROUPINGS = ['status', 'route', 'service', 'error_owner'];
const SORTABLE = new Set<string>([
  'title',
  'owner',
  'requests',
  'requestsChange',
  'customers',
  'customersChange',
  'sessions',
  'firstSeen',
  'lastSeen',
]);
const RIGHT = new Set<string>(['requests', 'requestsChange', 'share', 'customers', 'customersChange', 'sessions']);

export function ErrorsView({ model, options, width, height, timeZone, context }: Props) {
  const styles = useStyles2(getErrorStyles);
  const { fontFamily } = useTheme2().typography;
  const grid = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string>();
  const [sorted, setSorted] = useState<Sorting>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [batches, setBatches] = useState(1);
  const [current, setCurrent] = useState(0);

  const grouping = chosen ?? options.groupBy;
  const { by, direction } = sorted ?? { by: options.sortBy, direction: options.sortDirection };
  const rows = useMemo(
    () => errorRows(model, grouping, search, { by, direction }),
    [model, grouping, search, by, direction]
  );
  const shown = rows.slice(0, batches * BATCH);
  const columns = drawnColumns(model, options.columns, width, COLUMN_LABELS);
  const template = columns.map((column) => `${column.width}px`).join(' ');
  const measure = useMemo(() => textMeasure(FONT_SIZE, fontFamily), [fontFamily]);
  const most = rows.reduce((max, row) => (row.group.other ? max : Math.max(max, row.group.requests)), 0);
  const compact = options.density === 'compact';
  const active = Math.min(current, shown.length - 1);

  const toggle = (id: string, wanted?: boolean) => {
    const next = new Set(open);
    if (wanted ?? !next.has(id)) {
      next.add(id);
    } else {
      next.delete(id);
    }
    setOpen(next);
  };
  const focusRow = (index: number) => {
    const next = Math.min(shown.length - 1, Math.max(0, index));
    setCurrent(next);
    grid.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
  };
  const onRowKeyDown = (event: React.KeyboardEvent<HTMLElement>, index: number, id: string) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const moves: Record<string, () => void> = {
      ArrowDown: () => focusRow(index + 1),
      ArrowUp: () => focusRow(index - 1),
      Home: () => focusRow(0),
      End: () => focusRow(shown.length - 1),
      ArrowRight: () => toggle(id, true),
      ArrowLeft: () => toggle(id, false),
      Enter: () => toggle(id),
      ' ': () => toggle(id),
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      move();
    }
  };

  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.errors.root}>
      {options.showToolbar && height >= TOOLBAR_LEAST_HEIGHT && (
        <div className={styles.toolbar}>
          <div className={styles.search} data-testid={testIds.errors.search}>
            <FilterInput placeholder="Find errors" value={search} onChange={setSearch} escapeRegex={false} />
          </div>
          <Grouping model={model} value={grouping} width={width} onChange={setChosen} />
          <span className={styles.summary} data-testid={testIds.errors.summary}>
            {summary(model)}
          </span>
        </div>
      )}
      <div
        ref={grid}
        className={styles.grid}
        role="treegrid"
        aria-label={summary(model)}
        aria-rowcount={rows.length + 1}
      >
        <div
          className={styles.header}
          style={{ gridTemplateColumns: template }}
          role="row"
          data-testid={testIds.errors.header}
        >
          {columns.map((column) => (
            <Header
              key={column.name}
              column={column}
              sorting={{ by, direction }}
              onSort={(name) =>
                setSorted({ by: name, direction: by === name ? flipped(direction) : firstDirection(name) })
              }
            />
          ))}
        </div>
        {shown.map((row, index) => {
          const expanded = open.has(row.id);
          return (
            <React.Fragment key={row.id}>
              <div
                className={cx(styles.row, expanded && styles.open)}
                style={{ gridTemplateColumns: template, minHeight: compact ? 28 : 42 }}
                role="row"
                aria-level={1}
                aria-rowindex={index + 2}
                aria-expanded={expanded}
                tabIndex={index === active ? 0 : -1}
                data-row={index}
                data-testid={testIds.errors.row}
                onClick={() => {
                  setCurrent(index);
                  toggle(row.id);
                }}
                onFocus={() => setCurrent(index)}
                onKeyDown={(event) => onRowKeyDown(event, index, row.id)}
              >
                <Icon name={expanded ? 'angle-down' : 'angle-right'} className={styles.chevron} />
                {columns.map((column) => (
                  <ErrorCell
                    key={column.name}
                    row={row}
                    column={column}
                    most={most}
                    compact={compact}
                    timeZone={timeZone}
                    titleWidth={columns[0].width}
                    measure={measure}
                    timeShift={model.timeShift}
                  />
                ))}
              </div>
              {expanded && (
                <div role="row" aria-level={2}>
                  <div role="gridcell" aria-colspan={columns.length}>
                    <ErrorDetails
                      model={model}
                      row={row}
                      actions={rowActions(model, row, context)}
                      width={width}
                      timeZone={timeZone}
                    />
                  </div>
                </div>
              )}
            </React.Fragment>
          );
        })}
      </div>
      {rows.length === 0 && <div className={styles.none}>No error matches “{search}”.</div>}
      {shown.length < rows.length && (
        <div className={styles.more} data-testid={testIds.errors.more}>
          <Button size="sm" variant="secondary" fill="text" onClick={() => setBatches(batches + 1)}>
            {`${formatCount(shown.length)} of ${formatCount(rows.length)} rows: show ${formatCount(Math.min(BATCH, rows.length - shown.length))} more`}
          </Button>
        </div>
      )}
    </div>
  );
}

interface HeaderProps {
  column: DrawnColumn;
  sorting: Sorting;
  onSort: (column: SortColumn) => void;
}

function Header({ column, sorting, onSort }: HeaderProps) {
  const styles = useStyles2(getErrorStyles);
  const { name, label } = column;
  const sortable = SORTABLE.has(name);
  const current = sorting.by === name;
  const order = !current ? 'none' : sorting.direction === 'asc' ? 'ascending' : 'descending';
  return (
    <div role="columnheader" aria-sort={sortable ? order : undefined}>
      {sortable ? (
        <button
          type="button"
          className={cx(styles.headerButton, RIGHT.has(name) && styles.right)}
          onClick={() => onSort(name as SortColumn)}
        >
          {label}
          {current && <Icon name={sorting.direction === 'asc' ? 'arrow-up' : 'arrow-down'} size="xs" />}
        </button>
      ) : (
        <span className={cx(styles.headerButton, RIGHT.has(name) && styles.right)}>{label}</span>
      )}
    </div>
  );
}

interface GroupingProps {
  model: ErrorsModel;
  value: string;
  width: number;
  onChange: (value: string) => void;
}

/** What rows are: each group, or all groups of a status, route, service or owner. */
function Grouping({ model, value, width, onChange }: GroupingProps) {
  const offered = GROUPINGS.filter((name) => model.dimensions.includes(name) && model.keys.join() !== name);
  if (offered.length === 0) {
    return null;
  }
  const options = [
    { value: 'each', label: width < 520 ? 'All' : 'Each error' },
    ...offered.map((name) => ({ value: name, label: DIMENSION_LABELS[name] })),
  ];
  return (
    <div data-testid={testIds.errors.groupBy}>
      <RadioButtonGroup
        size="sm"
        aria-label="Rows"
        options={options}
        value={offered.includes(value) ? value : 'each'}
        onChange={onChange}
      />
    </div>
  );
}

function summary({ marker, total, groups, earlierTotal, timeShift }: ErrorsModel): string {
  const then =
    earlierTotal === undefined
      ? ''
      : `, ${earlierText(timeShift)} ${formatCount(earlierTotal)} (${changeText(changeBetween(total, earlierTotal))})`;
  const of =
    marker && marker.requests > 0
      ? ` of ${formatCount(marker.requests)} requests (${formatShare(total / marker.requests, 2)})`
      : '';
  return `${plural(total, 'error')}${of} in ${plural(groups.filter((g) => !g.other && g.requests > 0).length, 'group')}${then}`;
}

function flipped(direction: Sorting['direction']): Sorting['direction'] {
  return direction === 'asc' ? 'desc' : 'asc';
}

function firstDirection(column: SortColumn): Sorting['direction'] {
  return column === 'title' || column === 'owner' ? 'asc' : 'desc';
}
