import { ApitrailError, type Frame } from '@apitrail/contract';

import type { UserSqlResult } from '../../sql/user-sql';
import { columnRoles, listed, unfit, type ResultColumn } from './columns';
import { labelText, resultField } from './table-frame';

/** More series than this are refused: nobody can read them, and a browser stutters. */
const MOST_SERIES = 2_000;

/** What a legend calls a label that is null. */
const NO_VALUE = '(none)';

/**
 * A frame per column of numbers and per different values of the other columns, in the order of time. Throws
 * APITRAIL_UNSUPPORTED_FORMAT when there is not exactly one column of times, or none of numbers.
 */
export function seriesFrames(result: UserSqlResult, notice: (text: string) => void): Frame[] {
  const { times, numbers, labels } = columnRoles(result, 'time');
  const time = pickTime(times, result);
  if (numbers.length === 0) {
    throw unfit('time_series', 'needs a column of numbers, and there is none.', result);
  }
  const rows = sortedRows(time.values);
  if (rows.length < result.rowCount) {
    const left = result.rowCount - rows.length;
    notice(`${left} ${left === 1 ? 'row' : 'rows'} without a time ${left === 1 ? 'is' : 'are'} left out.`);
  }
  const groups = groupRows(rows, labels);
  if (groups.length * numbers.length > MOST_SERIES) {
    throw new ApitrailError(
      'APITRAIL_RESULT_TOO_LARGE',
      `The SQL makes ${groups.length * numbers.length} series; at most ${MOST_SERIES} are drawn. Group by less, or keep the most important with a WHERE or LIMIT.`,
      { where: 'sql' }
    );
  }
  return groups.flatMap((group) =>
    numbers.map((number): Frame => {
      const name = seriesName(number, numbers.length, labels, group[0]);
      const field = resultField(
        number,
        group.map((row) => number.values[row])
      );
      return {
        name,
        meta: { type: 'timeseries-multi', preferredVisualisationType: 'graph' },
        fields: [
          { name: time.name, type: 'time', values: group.map((row) => time.values[row]) },
          {
            ...field,
            labels: Object.fromEntries(labels.map((label) => [label.name, labelText(label.values[group[0]!])])),
            config: { ...field.config, displayNameFromDS: name },
          },
        ],
      };
    })
  );
}

function pickTime(times: ResultColumn[], result: UserSqlResult): ResultColumn {
  const [first, ...more] = times;
  if (!first) {
    throw unfit(
      'time_series',
      'needs a column of times, such as $__timeGroup(time, $__interval) AS time, and there is none.',
      result
    );
  }
  if (more.length > 0) {
    throw unfit(
      'time_series',
      `needs exactly one column of times, and ${listed(times)} are: leave out all but one, or cast the others to VARCHAR.`,
      result
    );
  }
  return first;
}

/** The rows that have a time, oldest first; rows of one time in the order they came. */
function sortedRows(times: readonly unknown[]): number[] {
  const rows = times.flatMap((time, row) => (typeof time === 'number' ? [row] : []));
  const sorted = rows.every(
    (row, index) => index === 0 || (times[rows[index - 1]!] as number) <= (times[row] as number)
  );
  return sorted ? rows : rows.sort((a, b) => (times[a] as number) - (times[b] as number));
}

/** Rows of equal labels together, in the order in which they first come. Without labels or rows there is one group. */
function groupRows(rows: readonly number[], labels: readonly ResultColumn[]): number[][] {
  if (labels.length === 0 || rows.length === 0) {
    return [[...rows]];
  }
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const key = JSON.stringify(labels.map(({ values }) => labelText(values[row])));
    const group = groups.get(key);
    if (group) {
      group.push(row);
    } else {
      groups.set(key, [row]);
    }
  }
  return [...groups.values()];
}

function seriesName(
  number: ResultColumn,
  numbers: number,
  labels: readonly ResultColumn[],
  row: number | undefined
): string {
  if (labels.length === 0 || row === undefined) {
    return number.name;
  }
  const label = labels.map(({ values }) => labelText(values[row]) || NO_VALUE).join(' ');
  return numbers === 1 ? label : `${number.name} ${label}`;
}
