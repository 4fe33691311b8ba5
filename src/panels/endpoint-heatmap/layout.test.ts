import fc from 'fast-check';

import { boxOf, cellAt, layoutOf, moveCursor, scrollToRow, visibleRows } from './layout';

const input = {
  width: 800,
  height: 400,
  rows: 20,
  columns: 48,
  labelWidth: 200,
  rowHeight: 0,
  gap: 1,
  continuousRows: false,
};

describe('layoutOf', () => {
  it('fills the height when the rows fit', () => {
    const layout = layoutOf(input);
    expect(layout.rowHeight).toBe(20);
    expect(layout.contentHeight).toBe(400);
    expect(layout.plotWidth).toBe(600);
  });

  it('scrolls rather than making rows unreadable', () => {
    const layout = layoutOf({ ...input, rows: 100 });
    expect(layout.rowHeight).toBe(18);
    expect(layout.contentHeight).toBe(1800);
    expect(layout.plotWidth).toBeLessThan(600);
  });

  it('lets buckets get low, since they need no label each', () => {
    expect(layoutOf({ ...input, rows: 80, continuousRows: true }).rowHeight).toBe(5);
  });

  it('takes the height that is asked for', () => {
    expect(layoutOf({ ...input, rowHeight: 30 }).contentHeight).toBe(600);
  });

  it('leaves most of a narrow panel to the cells', () => {
    const layout = layoutOf({ ...input, width: 320, labelWidth: 300 });
    expect(layout.plotWidth).toBeGreaterThan(layout.labelWidth);
  });

  it('has no gap where cells are too small for one', () => {
    expect(layoutOf({ ...input, columns: 400 }).gap).toBe(0);
    expect(layoutOf({ ...input, gap: 8 }).gap).toBeLessThan(5);
  });
});

describe('boxes and hit-testing', () => {
  const layouts = fc
    .record({
      width: fc.integer({ min: 320, max: 3000 }),
      height: fc.integer({ min: 50, max: 1200 }),
      rows: fc.integer({ min: 1, max: 500 }),
      columns: fc.integer({ min: 1, max: 400 }),
      labelWidth: fc.integer({ min: 0, max: 500 }),
      rowHeight: fc.constantFrom(0, 12, 25),
      gap: fc.integer({ min: 0, max: 8 }),
      continuousRows: fc.boolean(),
    })
    .map(layoutOf)
    .filter((layout) => layout.columnWidth >= 1);

  it('finds every cell again from the middle and the corner of its box', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), fc.nat(), (layout, r, c) => {
        const cell = { row: r % layout.rows, column: c % layout.columns };
        const box = boxOf(layout, cell);
        expect(cellAt(layout, box.x + box.width / 2, box.y + box.height / 2)).toEqual(cell);
        expect(cellAt(layout, box.x, box.y)).toEqual(cell);
      })
    );
  });

  it('never lets neighbours overlap', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), fc.nat(), (layout, r, c) => {
        fc.pre(layout.columns > 1 && layout.rows > 1);
        const cell = { row: r % (layout.rows - 1), column: c % (layout.columns - 1) };
        const box = boxOf(layout, cell);
        expect(box.x + box.width).toBeLessThanOrEqual(boxOf(layout, { ...cell, column: cell.column + 1 }).x);
        expect(box.y + box.height).toBeLessThanOrEqual(boxOf(layout, { ...cell, row: cell.row + 1 }).y);
      })
    );
  });

  it('finds nothing outside', () => {
    const layout = layoutOf(input);
    expect(cellAt(layout, -1, 5)).toBeUndefined();
    expect(cellAt(layout, 5, -1)).toBeUndefined();
    expect(cellAt(layout, layout.plotWidth, 5)).toBeUndefined();
    expect(cellAt(layout, 5, layout.contentHeight)).toBeUndefined();
  });
});

describe('scrolling', () => {
  const layout = layoutOf({ ...input, rows: 100 });

  it('draws the rows in view only', () => {
    expect(visibleRows(layout, 0)).toEqual({ first: 0, last: 22 });
    expect(visibleRows(layout, 1400)).toEqual({ first: 77, last: 99 });
  });

  it('moves just far enough to show a row', () => {
    expect(scrollToRow(layout, 2, 100)).toBe(36);
    expect(scrollToRow(layout, 30, 0)).toBe(31 * 18 - 400);
    expect(scrollToRow(layout, 10, 100)).toBe(100);
  });
});

describe('moveCursor', () => {
  const size = { rows: 10, columns: 5, page: 4 };
  it.each([
    ['ArrowRight', false, { row: 1, column: 2 }],
    ['ArrowLeft', false, { row: 1, column: 0 }],
    ['ArrowUp', false, { row: 0, column: 1 }],
    ['ArrowDown', false, { row: 2, column: 1 }],
    ['Home', false, { row: 1, column: 0 }],
    ['End', false, { row: 1, column: 4 }],
    ['Home', true, { row: 0, column: 0 }],
    ['End', true, { row: 9, column: 4 }],
    ['PageDown', false, { row: 5, column: 1 }],
    ['PageUp', false, { row: 0, column: 1 }],
  ])('%s (ctrl %s)', (key, ctrl, expected) => {
    expect(moveCursor({ row: 1, column: 1 }, key, ctrl, size)).toEqual(expected);
  });

  it('stays inside and ignores other keys', () => {
    expect(moveCursor({ row: 0, column: 0 }, 'ArrowUp', false, size)).toEqual({ row: 0, column: 0 });
    expect(moveCursor({ row: 9, column: 4 }, 'ArrowRight', false, size)).toEqual({ row: 9, column: 4 });
    expect(moveCursor({ row: 0, column: 0 }, 'a', false, size)).toBeUndefined();
  });
});
