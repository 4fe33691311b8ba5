import { identifier, sql } from '../../engine/sql';
import {
  groupCells,
  groupTotals,
  rankedRelation,
  topOf,
  type Aggregator,
  type CellRequest,
  type Cells,
  type GroupRequest,
  type GroupTotals,
  type RankedGroup,
} from './groups';
import type { KeyExpression } from './keys';
import { selectMeasures, type NamedSql, type RowSource } from './select';

/** What a row is joined with that belongs to a known group. */
const RANK = 'known';

/**
 * Measures of rows by groups that are known already, in their order; null where a group has no rows. Groups only these rows
 * have are counted in `{other}` where there is one, else they come after the known ones, as many as the limit has room
 * for, and then an `{other}` with the rest.
 */
export async function matchTotals(
  aggregator: Aggregator,
  request: GroupRequest,
  groups: readonly RankedGroup[],
  extras: readonly NamedSql[] = []
): Promise<GroupTotals> {
  const { rows, keys, measures } = request;
  const { dialect, weighted, run } = aggregator;
  const known = knownGroups(groups);
  if (known === 0 || keys.length === 0) {
    return groupTotals(aggregator, request, extras);
  }
  const ranked = rankedRows(aggregator, rows, keys, groups);
  const by = [{ name: RANK, sql: identifier(RANK) }];
  const table = await run(selectMeasures({ rows: ranked, by, measures, extras, weighted, dialect }));
  const ranks = table.values[0]!;
  const columns = table.values.slice(1);
  const place = (column: unknown[]) => {
    const placed = new Array<unknown>(groups.length).fill(null);
    ranks.forEach((rank, row) => {
      const group = rank == null ? known : Number(rank);
      if (group < placed.length) {
        placed[group] = column[row];
      }
    });
    return placed;
  };
  const placed = {
    measures: columns.slice(0, measures.length).map(place),
    extras: columns.slice(measures.length).map(place),
  };
  if (!ranks.some((rank) => rank == null) || groups.at(-1)!.other) {
    return { groups: [...groups], ...placed };
  }
  const room = request.limit - known;
  const rest = ranks.findIndex((rank) => rank == null);
  const found =
    room > 0
      ? await groupTotals(aggregator, { ...request, rows: outside(ranked), limit: room }, extras)
      : {
          groups: [otherGroup(keys)],
          measures: columns.slice(0, measures.length).map((column) => [column[rest]]),
          extras: columns.slice(measures.length).map((column) => [column[rest]]),
        };
  return {
    groups: [...groups, ...found.groups],
    measures: placed.measures.map((column, index) => [...column, ...found.measures[index]!]),
    extras: placed.extras.map((column, index) => [...column, ...found.extras[index]!]),
  };
}

/** Measures of rows by groups that are known and by cell. Groups only these rows have come after, as in `matchTotals`. */
export async function matchCells(
  aggregator: Aggregator,
  request: CellRequest,
  groups: readonly RankedGroup[]
): Promise<Cells> {
  const { rows, keys, measures, cell } = request;
  const { dialect, weighted, run } = aggregator;
  const known = knownGroups(groups);
  if (known === 0 || keys.length === 0) {
    return groupCells(aggregator, request);
  }
  const ranked = rankedRows(aggregator, rows, keys, groups);
  const by = [
    { name: RANK, sql: identifier(RANK) },
    { name: 'cell', sql: cell },
  ];
  const table = await run(selectMeasures({ rows: ranked, by, measures, weighted, dialect }));
  const [ranks, cells, ...columns] = table.values as [unknown[], unknown[], ...unknown[][]];
  const pick = (holds: (rank: unknown) => boolean) => {
    const chosen = ranks.flatMap((rank, row) => (holds(rank) ? [row] : []));
    return {
      group: chosen.map((row) => (ranks[row] == null ? known : Number(ranks[row]))),
      cell: chosen.map((row) => cells[row]),
      measures: columns.map((column) => chosen.map((row) => column[row])),
    };
  };
  const hasOther = groups.at(-1)!.other;
  if (hasOther || !ranks.some((rank) => rank == null)) {
    return { groups: [...groups], ...pick(() => true) };
  }
  const room = request.limit - known;
  if (room <= 0) {
    return { groups: [...groups, otherGroup(keys)], ...pick(() => true) };
  }
  const own = pick((rank) => rank != null);
  const found = await groupCells(aggregator, { ...request, rows: outside(ranked), limit: room });
  return {
    groups: [...groups, ...found.groups],
    group: [...own.group, ...found.group.map((group) => known + group)],
    cell: [...own.cell, ...found.cell],
    measures: own.measures.map((column, index) => [...column, ...found.measures[index]!]),
  };
}

function knownGroups(groups: readonly RankedGroup[]): number {
  return groups.filter(({ other }) => !other).length;
}

function rankedRows(
  { dialect }: Aggregator,
  rows: RowSource,
  keys: readonly KeyExpression[],
  groups: readonly RankedGroup[]
) {
  return { relation: rankedRelation(dialect, rows, keys, topOf(keys, groups), RANK), where: rows.where };
}

function outside(ranked: RowSource): RowSource {
  return { ...ranked, where: sql`(${ranked.where}) AND ${identifier(RANK)} IS NULL` };
}

function otherGroup(keys: readonly KeyExpression[]): RankedGroup {
  return { values: keys.map(() => null), other: true, total: null, raw: [] };
}
