import { funnelFrame } from '../../../test-utils/frames';
import { moveMark } from '../marks/mark-buttons';
import { barShares, columnShapes, fitsColumns } from './geometry';
import { funnelModel } from '../model';
import { positionOf } from '../times/TimesHistogram';

const result = funnelModel([funnelFrame()]);
const steps = 'model' in result ? result.model.steps : [];

describe('columnShapes', () => {
  const shapes = columnShapes(steps, 900, 200);

  it('gives each part its share of the height', () => {
    expect(shapes[0].reached).toMatchObject({ y: 0, height: 200 });
    expect(shapes[1].reached).toMatchObject({ y: 120, height: 80 });
    expect(shapes[1].pending).toMatchObject({ y: 110, height: 10 });
    expect(shapes[1].dropped).toMatchObject({ y: 0, height: 110 });
  });

  it('joins a column to the one before with a trapezoid', () => {
    const points = shapes[1].connector.split(' ').map((p) => p.split(',').map(Number));
    const before = shapes[0].reached;
    expect(points).toEqual([
      [before.x + before.width, 0],
      [shapes[1].reached.x, 120],
      [shapes[1].reached.x, 200],
      [before.x + before.width, 200],
    ]);
    expect(shapes[0].connector).toBe('');
  });

  it('keeps a step that few reached visible', () => {
    const few = [steps[0], { ...steps[1], units: 1e-3 }];
    expect(columnShapes(few, 900, 200)[1].reached.height).toBe(1);
  });

  it('never draws beyond the room when later steps have more', () => {
    const more = [steps[0], { ...steps[1], units: 4000, dropped: 0, pending: 900 }];
    for (const { reached, pending, dropped } of columnShapes(more, 900, 200)) {
      expect(Math.min(reached.y, pending.y, dropped.y)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('barShares', () => {
  it('gives each part its share of the width', () => {
    expect(barShares(steps)[1]).toEqual({ reached: 0.4, pending: 0.05, dropped: expect.closeTo(0.55) });
  });
});

it('draws bars where columns have no room for their numbers', () => {
  expect(fitsColumns(800, 300, 5)).toBe(true);
  expect(fitsColumns(320, 300, 5)).toBe(false);
  expect(fitsColumns(800, 150, 5)).toBe(false);
});

it.each([
  ['ArrowRight', 1, 2],
  ['ArrowDown', 2, 2],
  ['ArrowLeft', 0, 0],
  ['ArrowUp', 2, 1],
  ['Home', 2, 0],
  ['End', 0, 2],
  ['x', 1, undefined],
])('%s moves from step %d to %s', (key, from, to) => {
  expect(moveMark(from, key, 3)).toBe(to);
});

describe('positionOf', () => {
  const buckets = [
    { fromMs: 0, toMs: 100, units: 1 },
    { fromMs: 100, toMs: 10_000, units: 1 },
  ];
  it('finds a time among the buckets', () => {
    expect(positionOf(buckets, 50)).toBe(0.25);
    expect(positionOf(buckets, 1000)).toBe(0.75);
    expect(positionOf(buckets, 100)).toBe(0.5);
    expect(positionOf(buckets, 20_000)).toBeNaN();
  });
});
