import { isAdditive, metricOf, OTHER_GROUP, type HeatmapQuery, type MetricName } from '@apitrail/contract';

import { sqlLiteral } from '../../../sql-literal';
import { filterNotes, MANY_ROWS, matching, type WriteContext, type WrittenSql } from './context';
import { rowOf, topTables } from './grouped';
import { type KeySql, keySql } from './keys';
import { BUCKET_NOTE, latencyTables, latencyY } from './latency';
import { metricNotes, metricSql, REQUESTS } from './metrics';
import { bucketSeconds, bucketSql, isAuto, RANGE_SECONDS } from './range';
import { numericSql, seriesSql, unique } from './series';
import { remarked, select, withTables } from './statement';
import { UnwritableQuery } from './unwritable';

/** How many values of a key become columns before the rest becomes `{other}`. */
const MOST_COLUMNS = 100;

const WIDTH_NOTE =
  'Buckets of time are as wide as the panel says; asked for without a panel they are about 500, where the builder has 120.';

type Tables = Array<readonly [string, string]>;

/** A matrix: a metric by row and column, a row of the answer per cell that holds requests. */
export function heatmapSql(query: HeatmapQuery, context: WriteContext): WrittenSql {
  const { y, metric, filters, limit, orderBy } = query;
  if (query.format !== 'table' && y !== 'latency') {
    const series = { ...query, groupBy: y, metrics: [metric] };
    return query.format === 'numeric' ? numericSql(series, context) : seriesSql(series, query.format, context);
  }
  const latency = y === 'latency';
  const where = [...matching(filters, context), ...(latency ? ['duration_ms IS NOT NULL'] : [])];
  const columns = columnOf(query, context);
  const keys = latency ? [] : unique(y).map(keySql);
  const rows: Tables = latency ? latencyTables(where, limit) : topTables(keys, { orderBy, limit, where });
  const from = rows.at(-1)![0];
  const xTables = columns.tables(latency ? 'latency' : 'grouped');
  const source = xTables.at(-1)?.[0] ?? from;
  const label = latency ? latencyY() : [`${rowLabel(keys)} AS y`];
  const notes = [...metricNotes([metric, orderBy]), ...filterNotes(filters), ...(latency ? [BUCKET_NOTE] : [])];
  const widths = query.x === 'time' && isAuto(query.interval) ? [WIDTH_NOTE] : [];
  if (query.format === 'numeric') {
    const value = `${metricSql(metric, RANGE_SECONDS)} AS ${metric}`;
    const sql = select({
      columns: [`${latencyText()} AS latency`, value],
      from: source,
      rest: ['GROUP BY ALL', 'ORDER BY min(duration_ms)'],
    });
    return { sql: remarked(notes, withTables(rows, sql)), format: 'numeric' };
  }
  if (query.format === 'time_series') {
    const value = `${metricSql(metric, bucketSeconds(query.interval))} AS ${metric}`;
    const bucket = `${bucketSql(query.interval)} AS time`;
    const sql = select({
      columns: [bucket, `${latencyText()} AS latency`, value],
      from: source,
      rest: ['GROUP BY ALL', 'ORDER BY 1, min(duration_ms)'],
    });
    return { sql: remarked(notes, withTables(rows, sql)), format: 'time_series', limit: MANY_ROWS };
  }
  const cells = select({
    columns: [`${columns.sql} AS x`, ...label, `${metricSql(metric, columns.seconds)} AS value`, `${REQUESTS} AS n`],
    from: source,
    rest: ['GROUP BY ALL'],
  });
  const main = shared(query, cells);
  return {
    sql: remarked([...notes, ...widths], withTables([...rows, ...xTables, ...main.tables], main.sql)),
    format: 'table',
    limit: MANY_ROWS,
  };

  function latencyText(): string {
    return "round(y_min, 3) || ' – ' || round(y_max, 3) || ' ms'";
  }
}

/** Shares and cells with few samples are made of the cells. */
function shared({ normalise, minSamples, metric, y }: HeatmapQuery, cells: string): { tables: Tables; sql: string } {
  const order = y === 'latency' ? 'ORDER BY y_min, x' : 'ORDER BY y, x';
  if (normalise !== 'none' && !isAdditive(metric)) {
    throw new UnwritableQuery(`${metric} does not sum up, so a cell is no share of anything. Choose no share first.`);
  }
  if (normalise === 'none' && minSamples === 0) {
    return { tables: [], sql: `${cells}\n${order}` };
  }
  const whole = { none: '', row: 'PARTITION BY y', column: 'PARTITION BY x', total: '' }[normalise];
  const value = normalise === 'none' ? 'value' : `value / nullif(sum(value) OVER (${whole}), 0)`;
  const shown = minSamples === 0 ? value : `CASE WHEN n >= ${minSamples} THEN ${value} END`;
  const bounds = y === 'latency' ? ['y_min', 'y_max'] : [];
  const sql = select({ columns: ['x', 'y', ...bounds, `${shown} AS value`, 'n'], from: 'cells', rest: [order] });
  return { tables: [['cells', cells]], sql };
}

interface Column {
  /** What a row is sorted into. */
  sql: string;
  /** Seconds a column covers, for rates. */
  seconds: string;
  /** Tables over the one that has the rows. */
  tables(source: string): Tables;
}

function columnOf({ x, interval, metric }: HeatmapQuery, { timezone }: WriteContext): Column {
  const local = `time AT TIME ZONE ${sqlLiteral(timezone)}`;
  const none = () => [];
  switch (x) {
    case 'time':
      return { sql: bucketSql(interval), seconds: bucketSeconds(interval), tables: none };
    case 'hour_of_day':
    case 'day_of_week': {
      if (metricOf(metric as MetricName).kind === 'rate') {
        throw new UnwritableQuery(
          'A rate by hour of day or day of week divides by how often each of them is in the range, which SQL has no short way to say. Choose a count, or time on the x axis.'
        );
      }
      return { sql: x === 'hour_of_day' ? `hour(${local})` : `isodow(${local})`, seconds: '1', tables: none };
    }
    default: {
      const key = keySql(x);
      const top = select({
        columns: [`${rowOf([key])} AS key`],
        from: 'matching',
        rest: ['GROUP BY key', `ORDER BY ${REQUESTS} DESC, key`, `LIMIT ${MOST_COLUMNS}`],
      });
      return {
        sql: `CASE WHEN ${rowOf([key])} IN (SELECT key FROM top_columns) THEN coalesce(${key.text}, '') ELSE '${OTHER_GROUP}' END`,
        seconds: RANGE_SECONDS,
        tables: (source) => [
          ['top_columns', top],
          ['columned', `SELECT * FROM ${source}`],
        ],
      };
    }
  }
}

/** One name for a row of the matrix. */
function rowLabel(keys: readonly KeySql[]): string {
  const parts = keys.map(({ text: value }) => `coalesce(${value}, '')`);
  const name = parts.length === 1 ? parts[0] : `concat_ws(' ', ${parts.join(', ')})`;
  return `CASE WHEN is_top THEN ${name} ELSE '${OTHER_GROUP}' END`;
}
