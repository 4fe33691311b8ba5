import { type LayoutInput, movePlace, retentionLayout, rowsInView } from './layout';

const input: LayoutInput = {
  width: 800,
  height: 300,
  rows: 8,
  columns: 8,
  names: ['Mon 16 Nov'],
  narrowNames: ['16 Nov'],
  size: '1,234',
  values: ['100.0%', '100%', '100'],
  headers: ['Day 14', '14'],
  showValues: 'auto',
  measure: (text) => text.length * 7,
};

describe('the layout', () => {
  it('fills the width, and writes numbers in full where they fit', () => {
    const layout = retentionLayout(input);
    expect(layout).toMatchObject({ valueForm: 0, narrowNames: false, sizeBars: true, shortHeaders: false });
    expect(layout.contentWidth).toBeGreaterThan(780);
    expect(layout.contentWidth).toBeLessThanOrEqual(800);
  });

  it('writes shorter numbers in narrower cells, then none, but keeps the colours', () => {
    expect([10, 16, 22, 40].map((columns) => retentionLayout({ ...input, columns }).valueForm)).toEqual([0, 1, 2, -1]);
    const narrow = retentionLayout({ ...input, width: 300, columns: 15 });
    expect(narrow).toMatchObject({ valueForm: -1, shortHeaders: true, narrowNames: true });
    expect(narrow.cellWidth).toBeGreaterThanOrEqual(14);
  });

  it('scrolls rather than losing numbers, when told to', () => {
    const layout = retentionLayout({ ...input, width: 300, columns: 15, showValues: 'always' });
    expect(layout.valueForm).toBe(1);
    expect(layout.contentWidth).toBeGreaterThan(300);
  });

  it('gives up the sizes before the cells', () => {
    expect(retentionLayout({ ...input, width: 160 }).sizeWidth).toBe(0);
    expect(retentionLayout({ ...input, size: undefined }).sizeWidth).toBe(0);
  });

  it('makes rows higher where cells say their change', () => {
    const layout = retentionLayout({ ...input, rows: 40, change: '▲ 12.3' });
    expect(layout).toMatchObject({ showChanges: true, rowHeight: 36 });
    expect(retentionLayout({ ...input, rows: 40 }).rowHeight).toBe(22);
  });

  it('names columns as often as names fit', () => {
    const { headerStep, cellWidth } = retentionLayout({ ...input, width: 400, columns: 101 });
    expect(headerStep * cellWidth).toBeGreaterThanOrEqual(20);
  });
});

it('only rows in view are drawn, and a few beyond', () => {
  expect(rowsInView(0, 220, 22, 400)).toEqual([0, 16]);
  expect(rowsInView(2200, 220, 22, 400)).toEqual([94, 116]);
  expect(rowsInView(8600, 220, 22, 400)).toEqual([384, 400]);
});

describe('keys', () => {
  const size = { firstRow: -1, rows: 10, columns: 5, page: 4 };

  it.each([
    ['ArrowUp', false, { row: -1, column: 2 }],
    ['ArrowDown', false, { row: 1, column: 2 }],
    ['ArrowLeft', false, { row: 0, column: 1 }],
    ['PageDown', false, { row: 4, column: 2 }],
    ['Home', false, { row: 0, column: -1 }],
    ['End', false, { row: 0, column: 4 }],
    ['Home', true, { row: -1, column: -1 }],
    ['End', true, { row: 9, column: 4 }],
  ])('%s (with control %s) leads to %j', (key, control, to) => {
    expect(movePlace({ row: 0, column: 2 }, key, control, size)).toEqual(to);
  });

  it('stay within the table', () => {
    expect(movePlace({ row: 9, column: 4 }, 'ArrowDown', false, size)).toEqual({ row: 9, column: 4 });
    expect(movePlace({ row: 0, column: 0 }, 'PageUp', false, { ...size, firstRow: 0 })).toEqual({ row: 0, column: 0 });
    expect(movePlace({ row: 0, column: 0 }, 'a', false, size)).toBeUndefined();
  });
});
