import { select } from './statement';

/** Eight buckets per doubling at the finest, a quarter of one at the coarsest. */
const FINEST = 8;
const COARSEST_WIDTH = 9;

export const BUCKET_NOTE =
  'Buckets of the latency double every 8 / width of them; the width is the least that gives no more buckets than asked.';

/**
 * The tables of rows with the bucket of their duration, the finest buckets of which at most `limit` hold every row: those of
 * OpenTelemetry's exponential histograms.
 */
export function latencyTables(where: readonly string[], limit: number): Array<readonly [string, string]> {
  const index = `ceil(log2(greatest(duration_ms, 2 ** -10)) * ${FINEST})`;
  return [
    ['matching', select({ columns: ['*', `${index} AS finest`], from: 'requests', where })],
    ['bounds', select({ columns: ['min(finest) AS low', 'max(finest) AS high'], from: 'matching' })],
    [
      'widths',
      select({
        columns: [
          'coalesce(min(width) FILTER (WHERE ceil(high / width) - ceil(low / width) < ' +
            limit +
            `), ${2 ** COARSEST_WIDTH}) AS width`,
        ],
        from: `bounds, (SELECT 2 ** unnest(range(${COARSEST_WIDTH + 1})) AS width)`,
      }),
    ],
    [
      'latency',
      select({
        columns: [
          '*',
          `CASE WHEN (ceil(finest / width) - 1) * width / ${FINEST} < -10 THEN 0 ELSE 2 ** ((ceil(finest / width) - 1) * width / ${FINEST}) END AS y_min`,
          `2 ** (ceil(finest / width) * width / ${FINEST}) AS y_max`,
        ],
        from: 'matching, widths',
      }),
    ],
  ];
}

/** The columns of a row of the matrix. */
export function latencyY(): string[] {
  return ["round(y_min, 3) || ' – ' || round(y_max, 3) || ' ms' AS y", 'y_min', 'y_max'];
}
