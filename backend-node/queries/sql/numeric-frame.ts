import type { Frame } from '@apitrail/contract';

import type { UserSqlResult } from '../../sql/user-sql';
import { columnRoles, listed, unfit } from './columns';
import { labelText, resultField } from './table-frame';

/**
 * What alert rules and expressions take: one column of numbers, the others as texts that tell its rows apart. Throws
 * APITRAIL_UNSUPPORTED_FORMAT when that is not what was selected.
 */
export function numericFrame(result: UserSqlResult): Frame {
  const { times, numbers, labels } = columnRoles(result, 'label');
  const [number, ...more] = numbers;
  if (!number) {
    throw unfit('numeric', 'needs exactly one column of numbers, and there is none.', result);
  }
  if (more.length > 0) {
    throw unfit(
      'numeric',
      `needs exactly one column of numbers, and ${listed(numbers)} are: keep the one to alert on, and cast what are labels to VARCHAR.`,
      result
    );
  }
  if (times.length > 0) {
    throw unfit(
      'numeric',
      `is one number per group over the whole range, and ${listed(times)} ${times.length === 1 ? 'is a time' : 'are times'}: leave it out, or use the format time_series.`,
      result
    );
  }
  const texts = labels.map((label) => ({ name: label.name, values: label.values.map(labelText) }));
  refuseAlike(texts, result);
  return {
    meta: { type: 'numeric-long' },
    fields: [...texts.map((text) => ({ ...text, type: 'string' as const })), resultField(number, number.values)],
  };
}

/** Alert rules fail on rows that have the same labels, and do not say which. */
function refuseAlike(texts: ReadonlyArray<{ name: string; values: string[] }>, result: UserSqlResult): void {
  const seen = new Map<string, number>();
  for (let row = 0; row < result.rowCount; row++) {
    const labels = texts.map(({ values }) => values[row]!);
    const key = JSON.stringify(labels);
    const before = seen.get(key);
    if (before !== undefined) {
      const what =
        texts.length === 0
          ? 'needs a column of text that tells its rows apart'
          : `needs rows that differ in ${texts.map(({ name }) => name).join(', ')}`;
      throw unfit(
        'numeric',
        `${what}, and rows ${before + 1} and ${row + 1} do not${texts.length === 0 ? '' : ` (${labels.map((label) => JSON.stringify(label)).join(', ')})`}: group by it.`,
        result
      );
    }
    seen.set(key, row);
  }
}
