import type { ResultTable } from '../../engine/engine';
import { identifier, join, raw, sql, type Sql } from '../../engine/sql';
import type { Aggregator, Cells, GroupRequest, RankedGroup } from './groups';
import { measureOf, stateOfRows, stateOfStates, statesOf, type Measure } from './metrics';

/** What is asked of measures that can be merged. Without `cell` there are groups only. */
export interface MergedRequest extends GroupRequest {
  cell?: Sql;
}

/** Cells, and measures of the groups as a whole. */
export interface MergedGroups extends Cells {
  /** Per measure one value per group. */
  totals: unknown[][];
}

/**
 * Measures per group, and per group and cell, in one pass over the rows: of states, from which the top, `{other}` and
 * everything else follows. Every measure and the order must be made of states.
 */
export async function mergeGroups({ weighted, run }: Aggregator, request: MergedRequest): Promise<MergedGroups> {
  const { rows, keys, measures, orderBy, limit, cell } = request;
  const states = statesOf([...measures, orderBy, measureOf('requests')]);
  const names = keys.map((key) => identifier(key.key));
  const positions = names.map((_, index) => index + 1).join(', ');
  const merged = join(states.map((state) => sql`${stateOfStates(state)} AS ${raw(`state_${state}`)}`));
  const of = (measure: Measure) => (measure.kind === 'states' ? measure.of(stateOfStates) : sql`NULL`);
  const one = (measure: Measure) =>
    measure.kind === 'states' ? measure.of((state) => raw(`state_${state}`)) : sql`NULL`;
  const order = (total: Sql) =>
    sql`${total} DESC NULLS LAST, state_requests DESC, ${join(names.map((name) => sql`${name} NULLS LAST`))}`;
  const ranked = (table: string) => {
    const same = names.map((name) => sql`${raw(table)}.${name} IS NOT DISTINCT FROM top.${name}`);
    return sql`${raw(table)} LEFT JOIN top ON ${join(same, ' AND ')}`;
  };
  const ofRows = (more: readonly Sql[]) => sql`
  SELECT ${join([...keys.map((key, index) => sql`${key.sql} AS ${names[index]!}`), ...more, ...states.map((state) => sql`${stateOfRows(state, weighted)} AS ${raw(`state_${state}`)}`)])}
  FROM ${rows.relation}
  WHERE ${rows.where}
  GROUP BY ${raw(positions)}${more.length > 0 ? sql`, ${raw(String(keys.length + 1))}` : sql``}
`;
  const groups =
    cell === undefined
      ? sql`groups AS (${ofRows([])})`
      : sql`cells AS (${ofRows([sql`${cell} AS cell`])}), groups AS (
  SELECT ${join(names)}, ${merged} FROM cells GROUP BY ${raw(positions)}
)`;
  const ofCells = sql`
UNION ALL
SELECT rank, FALSE, cell, ${join(names.map(() => sql`NULL`))}, NULL, ${join(measures.map(of))}
FROM ${ranked('cells')} GROUP BY 1, 3`;
  const statement = sql`WITH ${groups}, best AS (
  SELECT *, ${one(orderBy)} AS total FROM groups
  ORDER BY ${order(sql`${one(orderBy)}`)}
  LIMIT ${raw(String(limit))}
), top AS (
  SELECT ${join(names)}, row_number() OVER (ORDER BY ${order(sql`total`)}) - 1 AS rank FROM best
)
SELECT rank, TRUE AS is_group, NULL AS cell, ${join(names.map((name) => sql`any_value(groups.${name})`))}, ${of(orderBy)}, ${join(measures.map(of))}
FROM ${ranked('groups')} GROUP BY 1${cell === undefined ? sql`` : ofCells}`;
  return readMerged(await run(statement), request);
}

function readMerged(table: ResultTable, { keys, measures }: MergedRequest): MergedGroups {
  const [rank, isGroup, cell, ...rest] = table.values as [unknown[], unknown[], unknown[], ...unknown[][]];
  const rows = Array.from({ length: table.rowCount }, (_, row) => row);
  const groupRows = rows
    .filter((row) => isGroup[row] === true)
    .sort((a, b) => Number(rank[a] ?? Infinity) - Number(rank[b] ?? Infinity));
  const cellRows = rows.filter((row) => isGroup[row] !== true);
  const pick = (column: unknown[], chosen: readonly number[]) => chosen.map((row) => column[row]);
  const measured = measures.map((_, index) => rest[keys.length + 1 + index]!);
  return {
    groups: groupRows.map((row): RankedGroup => {
      const total = rest[keys.length]![row];
      const other = rank[row] == null;
      return {
        values: keys.map((key, index) => (other ? null : key.read(rest[index]![row]))),
        other,
        total: total == null ? null : Number(total),
        raw: other ? [] : keys.map((_, index) => rest[index]![row]),
      };
    }),
    totals: measured.map((column) => pick(column, groupRows)),
    group: cellRows.map((row) => (rank[row] == null ? groupRows.length - 1 : Number(rank[row]))),
    cell: pick(cell, cellRows),
    measures: measured.map((column) => pick(column, cellRows)),
  };
}
