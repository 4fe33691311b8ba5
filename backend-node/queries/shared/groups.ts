import type { Dialect } from '../../engine/dialect';
import type { ResultTable } from '../../engine/engine';
import { identifier, join, raw, sql, type Sql } from '../../engine/sql';
import { keptTotals } from './kept-groups';
import type { Group, KeyExpression } from './keys';
import { mergeGroups } from './merged-groups';
import { areMergeable, distinctMeasures, measureOf, type Measure } from './metrics';
import { selectMeasures, type NamedSql, type RowSource } from './select';

export interface Aggregator {
  dialect: Dialect;
  /** Whether rows carry weights other than 1. */
  weighted: boolean;
  run(statement: Sql): Promise<ResultTable>;
}

export interface GroupRequest {
  rows: RowSource;
  keys: readonly KeyExpression[];
  measures: readonly Measure[];
  /** What the groups are ordered by, most first. */
  orderBy: Measure;
  /** How many groups come before `{other}`. */
  limit: number;
}

export interface RankedGroup extends Group {
  /** What the groups are ordered by; of a rate still the total. */
  total: number | null;
  /** Its keys as rows are grouped by them, as the engine gave them. */
  raw: unknown[];
}

export interface GroupTotals {
  /** The top groups in order, then `{other}` when there are more. */
  groups: RankedGroup[];
  /** Per measure one value per group. */
  measures: unknown[][];
  /** Per extra one value per group. */
  extras: unknown[][];
}

/**
 * Measures per group over all rows, and of all rows outside the top taken together, computed from those rows.
 * Ties in the order go to the group with more requests, then by key.
 */
export async function groupTotals(
  aggregator: Aggregator,
  request: GroupRequest,
  extras: readonly NamedSql[] = []
): Promise<GroupTotals> {
  const { keys, measures, orderBy, rows } = request;
  if (keys.length > 0) {
    if (areMergeable([...measures, orderBy]) && extras.every(({ countOf }) => countOf) && extras.length <= 1) {
      return mergedTotals(aggregator, request, extras[0]?.countOf);
    }
    if (rows.few && orderBy.kind === 'states') {
      return keptTotals(aggregator, request, extras);
    }
  }
  return topThenOther(aggregator, request, extras);
}

/** One pass over the rows. The one extra there may be counts the values of `counted`. */
async function mergedTotals(
  aggregator: Aggregator,
  request: GroupRequest,
  counted: Sql | undefined
): Promise<GroupTotals> {
  const measures = distinctMeasures([...request.measures, measureOf('requests')]);
  const { rows, keys, orderBy, limit } = request;
  const cell = counted && { cell: counted };
  const merged = await mergeGroups(aggregator, { rows, keys, measures, orderBy, limit, ...cell });
  const counts = merged.groups.map((): Record<string, unknown> => ({}));
  const requests = measures.findIndex(({ name }) => name === 'requests');
  merged.cell.forEach((cell, row) => {
    counts[merged.group[row]!]![String(cell)] = merged.measures[requests]![row];
  });
  return {
    groups: merged.groups,
    measures: request.measures.map(
      (measure) => merged.totals[measures.findIndex(({ name }) => name === measure.name)]!
    ),
    extras: counted === undefined ? [] : [counts],
  };
}

/** Two passes, where there is an `{other}`: what percentiles and distinct counts are of takes the rows themselves. */
async function topThenOther(
  aggregator: Aggregator,
  request: GroupRequest,
  extras: readonly NamedSql[]
): Promise<GroupTotals> {
  const { keys, rows, limit } = request;
  const { dialect, weighted } = aggregator;
  const measures = distinctMeasures([...request.measures, request.orderBy, measureOf('requests')]);
  const columnOf = (measure: Measure) => measures.findIndex(({ name }) => name === measure.name);
  const by = keys.map((key) => ({ name: key.key, sql: key.sql }));
  const select = selectMeasures({ rows, by, measures, extras, weighted, dialect });
  const most = [request.orderBy, measureOf('requests')].map(
    (measure) => sql`${raw(String(keys.length + columnOf(measure) + 1))} DESC NULLS LAST`
  );
  const table = await aggregator.run(
    keys.length === 0
      ? select
      : sql`SELECT * FROM (
${select}
) AS groups
ORDER BY ${join([...most, ...keys.map((_, index) => raw(`${index + 1} NULLS LAST`))])}
LIMIT ${raw(String(limit + 1))}`
  );
  const found = Math.min(table.rowCount, keys.length === 0 ? 1 : limit);
  const columns = table.values.slice(keys.length).map((column) => column.slice(0, found));
  const groups: RankedGroup[] = Array.from({ length: found }, (_, row) => ({
    values: keys.map((key, index) => key.read(table.values[index]![row])),
    other: false,
    total: number(columns[columnOf(request.orderBy)]![row]),
    raw: keys.map((_, index) => table.values[index]![row]),
  }));
  if (table.rowCount > found) {
    const outside = {
      relation: rankedRelation(dialect, rows, keys, topOf(keys, groups)),
      where: sql`(${rows.where}) AND rank IS NULL`,
    };
    const rest = await aggregator.run(selectMeasures({ rows: outside, by: [], measures, extras, weighted, dialect }));
    columns.forEach((column, index) => column.push(rest.values[index]![0]));
    groups.push({
      values: keys.map(() => null),
      other: true,
      total: number(columns[columnOf(request.orderBy)]!.at(-1)),
      raw: [],
    });
  }
  return {
    groups,
    measures: request.measures.map((measure) => columns[columnOf(measure)]!),
    extras: columns.slice(measures.length),
  };
}

export interface CellRequest extends GroupRequest {
  /** The second dimension, per row. */
  cell: Sql;
}

export interface Cells {
  groups: RankedGroup[];
  /** One entry per cell that has rows: number of its group, its value of `cell`, its measures. */
  group: number[];
  cell: unknown[];
  measures: unknown[][];
}

/** Measures per group and cell, the groups being the top ones over all cells, and `{other}`. */
export async function groupCells(aggregator: Aggregator, request: CellRequest): Promise<Cells> {
  if (request.keys.length === 0) {
    return singleGroup(aggregator, request);
  }
  return areMergeable([...request.measures, request.orderBy])
    ? mergeGroups(aggregator, request)
    : rescanCells(aggregator, request);
}

async function singleGroup({ dialect, weighted, run }: Aggregator, request: CellRequest): Promise<Cells> {
  const { rows, measures, cell } = request;
  const by = [{ name: 'cell', sql: cell }];
  const table = await run(selectMeasures({ rows, by, measures, weighted, dialect }));
  return {
    groups: [{ values: [], other: false, total: null, raw: [] }],
    group: new Array<number>(table.rowCount).fill(0),
    cell: table.values[0]!,
    measures: table.values.slice(1),
  };
}

/** Two passes: which groups are the top, then the cells, every row given to its group or to `{other}`. */
async function rescanCells(aggregator: Aggregator, request: CellRequest): Promise<Cells> {
  const { rows, keys, measures, cell } = request;
  const { dialect, weighted, run } = aggregator;
  const { groups } = await groupTotals(aggregator, { ...request, measures: [] });
  const top = topOf(keys, groups);
  if (groups.length === 0) {
    return { groups, group: [], cell: [], measures: measures.map(() => []) };
  }
  const cells = { name: 'cell', sql: cell };
  if (groups.at(-1)!.other) {
    const ranked = { relation: rankedRelation(dialect, rows, keys, top), where: rows.where };
    const by = [{ name: 'rank', sql: sql`rank` }, cells];
    const table = await run(selectMeasures({ rows: ranked, by, measures, weighted, dialect }));
    return {
      groups,
      group: table.values[0]!.map((rank) => (rank == null ? groups.length - 1 : Number(rank))),
      cell: table.values[1]!,
      measures: table.values.slice(2),
    };
  }
  const by = [...keys.map((key) => ({ name: key.key, sql: key.sql })), cells];
  const table = await run(selectMeasures({ rows, by, measures, weighted, dialect }));
  const nameOf = (columns: unknown[][], row: number) =>
    JSON.stringify(keys.map((_, index) => columns[index]![row] ?? null));
  const topColumns = top.map(({ raw: values }) => values);
  const ranks = new Map(groups.map((_, rank) => [nameOf(topColumns, rank), rank]));
  return {
    groups,
    group: table.values[0]!.map((_, row) => ranks.get(nameOf(table.values, row))!),
    cell: table.values[keys.length]!,
    measures: table.values.slice(keys.length + 1),
  };
}

/** Values of one key of the top groups, as rows are grouped by them. */
export interface TopColumn {
  type: KeyExpression['listType'];
  /** As parameters. */
  values: unknown[];
  /** As the engine gave them. */
  raw: unknown[];
}

/** The keys of the groups that are not `{other}`. */
export function topOf(keys: readonly KeyExpression[], groups: readonly RankedGroup[]): TopColumn[] {
  const own = groups.filter(({ other }) => !other);
  return keys.map((key, index) => {
    const values = own.map(({ raw: given }) => given[index]);
    const asNumber = (value: unknown) => (typeof value === 'string' ? BigInt(value) : value);
    // Integers beyond 2^53 come as text.
    return { type: key.listType, raw: values, values: key.listType === 'bigint[]' ? values.map(asNumber) : values };
  });
}

/** The rows with the number of the top group they belong to in `counter`, null for those of `{other}`. */
export function rankedRelation(
  dialect: Dialect,
  rows: RowSource,
  keys: readonly KeyExpression[],
  top: readonly TopColumn[],
  counter = 'rank'
): Sql {
  const name = (index: number) => `${counter}_${index}`;
  const columns = top.map((column, index) => ({ ...column, name: name(index) }));
  const same = keys.map((key, index) => sql`${key.sql} IS NOT DISTINCT FROM ${identifier(name(index))}`);
  return sql`${rows.relation} LEFT JOIN ${dialect.parameterRows(columns, counter)} AS ${identifier(`top_${counter}`)} ON ${join(same, ' AND ')}`;
}

function number(value: unknown): number | null {
  return value == null ? null : Number(value);
}
