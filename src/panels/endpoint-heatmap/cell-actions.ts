import { type AbsoluteTimeRange, type LinkModel } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter, type MetricName, OTHER_GROUP } from '@apitrail/contract';

import { type Action, addFilters, copyText, linkActions, openRequests } from '../../components/actions';
import { type SaveCohort, saveAsCohort, whoMade } from '../../components/cohorts/cohort-draft';
import { type DrillTarget, equals, FAILED_REQUESTS, outsideOf } from '../../components/drill-down';
import { type HeatmapColumn, type HeatmapModel, type HeatmapRow } from './matrix';

/** What a click can reach. */
export interface CellContext {
  target?: DrillTarget;
  /** Range of the panel, for columns that are not times. */
  range: AbsoluteTimeRange;
  onChangeTimeRange: (range: AbsoluteTimeRange) => void;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onSaveCohort?: SaveCohort;
}

/** What can be done with a cell: open the requests behind it, filter for its row, zoom to its time, copy, links. */
export function cellActions(
  model: HeatmapModel,
  row: number,
  column: number,
  text: string,
  context: CellContext
): Array<Array<Action | undefined>> {
  const { from, to } = model.columns[column];
  const within = columnFilters(model, model.columns[column]);
  const range = from !== undefined && to !== undefined ? { from, to } : rangeOf(model, context);
  const rowPart = rowFilters(model, model.rows[row]);
  const filters = rowPart && within && [...rowPart, ...within];
  const partly =
    within === undefined && model.x.kind !== 'category'
      ? 'Of the whole row: requests cannot be filtered by hour or weekday'
      : undefined;
  const asked = { ...range, filters: partly ? rowPart : filters };
  const failed = failedFilter(model.marker?.metric);
  return [
    [
      openRequests(context.target, asked, 'Open the requests of this cell', partly),
      failed &&
        openRequests(
          context.target,
          { ...range, filters: asked.filters && [...asked.filters, failed] },
          'Open its failed requests',
          partly
        ),
    ],
    partly ? [] : whoWasBehind(model, row, { ...asked, timed: model.x.kind === 'time' }, context),
    linkActions(linksOf(model, row, column)),
    [
      ...rowOnlyActions(model, row, context),
      from !== undefined && to !== undefined
        ? { label: 'Zoom to this time range', icon: 'clock-nine', run: () => context.onChangeTimeRange({ from, to }) }
        : undefined,
      copyText(text, 'Copy'),
    ],
  ];
}

/** What can be done with a whole row. */
export function rowActions(model: HeatmapModel, row: number, context: CellContext): Array<Array<Action | undefined>> {
  const range = rangeOf(model, context);
  const question = { ...range, filters: rowFilters(model, model.rows[row]) };
  return [
    [openRequests(context.target, question, 'Open the requests of this row')],
    whoWasBehind(model, row, { ...question, timed: false }, context),
    [...rowOnlyActions(model, row, context), copyText(model.rows[row].label, 'Copy the name')],
  ];
}

interface Behind extends AbsoluteTimeRange {
  filters: Filter[] | undefined;
  /** Whether the range is that of the cell, and not of the panel. */
  timed: boolean;
}

/** Saves who made the requests of a row or cell, and who met its errors where the panel is about these. */
function whoWasBehind(
  { rows, marker }: HeatmapModel,
  row: number,
  { filters, timed, from, to }: Behind,
  { target, onSaveCohort, onAddAdHocFilter }: CellContext
): Array<Action | undefined> {
  const failed = failedFilter(marker?.metric);
  const { label } = rows[row];
  const of = { target, anyUnit: true, range: { from, to }, fixed: timed, add: onAddAdHocFilter };
  return [
    saveAsCohort(onSaveCohort, {
      ...of,
      title: `Asked ${label}`,
      definition: whoMade(filters),
      description: `Who made these requests${timed ? ' then' : ''}`,
    }),
    failed &&
      saveAsCohort(onSaveCohort, {
        ...of,
        label: 'Save who met its errors as cohort…',
        title: `Met errors at ${label}`,
        definition: whoMade(filters && [...filters, failed]),
        description: `Whose requests failed${timed ? ' then' : ''}`,
      }),
  ];
}

function rowOnlyActions(model: HeatmapModel, row: number, context: CellContext): Array<Action | undefined> {
  const { keys, other } = model.rows[row];
  if (!keys || other) {
    return [];
  }
  return [
    addFilters(context.onAddAdHocFilter, keys, 'Filter for this row'),
    Object.keys(keys).length === 1 ? addFilters(context.onAddAdHocFilter, keys, 'Leave this row out', '!=') : undefined,
  ];
}

function linksOf(model: HeatmapModel, row: number, column: number): LinkModel[] {
  const frameRow = model.frameRow[row * model.columns.length + column];
  const field = model.rowFields?.[row] ?? model.valueField;
  return frameRow >= 0 ? (field.getLinks?.({ valueRowIndex: frameRow }) ?? []) : [];
}

/** The range the answer is for, not the dashboard's: that may have moved on. */
function rangeOf(model: HeatmapModel, context: CellContext): AbsoluteTimeRange {
  return model.marker ? { from: model.marker.from, to: model.marker.to } : context.range;
}

/** Filters for the requests of a row; undefined when they cannot be told from the others by filters. */
function rowFilters(model: HeatmapModel, row: HeatmapRow): Filter[] | undefined {
  if (row.bucket) {
    const { min, max } = row.bucket;
    const above: Filter[] = min > 0 ? [{ key: 'duration_ms', operator: '>', value: String(min) }] : [];
    return max === undefined ? above : [...above, { key: 'duration_ms', operator: '<=', value: String(max) }];
  }
  if (row.other) {
    return outsideOf(model.rows.filter((r) => !r.other).map((r) => r.keys ?? {}));
  }
  return Object.entries(row.keys ?? {}).map(([key, value]) => equals(key, value));
}

/** Filters for the requests of a column, beside its time; undefined where there are none. */
function columnFilters(model: HeatmapModel, column: HeatmapColumn): Filter[] | undefined {
  switch (model.x.kind) {
    case 'time':
      return [];
    case 'category':
      return keyFilters(model, String(column.value));
    default:
      return undefined;
  }
}

function keyFilters({ x, columns }: HeatmapModel, value: string): Filter[] | undefined {
  const { key } = x;
  if (key === undefined) {
    return undefined;
  }
  const named = columns.map((c) => String(c.value)).filter((v) => v !== OTHER_GROUP);
  return value === OTHER_GROUP ? outsideOf(named.map((v) => ({ [key]: v }))) : [equals(key, value)];
}

function failedFilter(metric: MetricName | undefined): Filter | undefined {
  switch (metric) {
    case 'errors':
    case 'error_rate':
      return FAILED_REQUESTS;
    case 'client_errors':
    case 'client_error_rate':
      return { key: 'status_class', operator: '=', value: '4xx' };
    case 'server_errors':
    case 'server_error_rate':
      return {
        any: [
          { key: 'status', operator: '>=', value: '500' },
          {
            all: [
              { key: 'status', operator: '!exists' },
              { key: 'error_type', operator: 'exists' },
            ],
          },
        ],
      };
    default:
      return undefined;
  }
}
