import { sql } from '../engine/sql';
import { FileSnapshot, type SnapshotFile } from './file-snapshot';

const file = (more: Partial<SnapshotFile>): SnapshotFile => ({
  ...{ path: '/one.parquet', bytes: 10, rows: 100, oldest: 1000, newest: 1999, nulls: { customer: 7 } },
  ...more,
});
const snapshot = (...files: SnapshotFile[]) => new FileSnapshot(1, files, () => sql`requests`);

describe('rows without a value are known of', () => {
  it('files that lie in the range, together', () => {
    const both = snapshot(file({}), file({ oldest: 2000, newest: 2999, rows: 50, nulls: { customer: 50 } }));
    expect(both.countedNulls('customer', { from: 1000, to: 3000 })).toEqual({ rows: 150, nulls: 57, rest: undefined });
  });

  it('none outside the range', () => {
    expect(snapshot(file({})).countedNulls('customer', { from: 5000 })).toEqual({ rows: 0, nulls: 0, rest: undefined });
  });

  it.each([
    ['a file that reaches out of the range before it', file({}), { from: 1001, to: 3000 }],
    ['a file whose upper bound may have been cut to the millisecond', file({}), { from: 0, to: 1999 }],
    ['a file without bounds', file({ oldest: null }), { from: 0, to: 3000 }],
    ['a file that does not say how many rows it has', file({ rows: null }), { from: 0, to: 3000 }],
    ['a file that says nothing of the column', file({ nulls: { account: 1 } }), { from: 0, to: 3000 }],
  ])('not: %s has to be read', (_, one, range) => {
    const { rows, nulls, rest } = snapshot(one).countedNulls('customer', range);
    expect([rows, nulls, rest?.paths]).toEqual([0, 0, [one.path]]);
  });
});
