import { createTheme } from '@grafana/data';

import { frameOf, number, START, text } from '../../test-utils/frames';
import {
  comparedRetentionFrames,
  DAY,
  retentionCurveFrame,
  retentionFrame,
  retentionMarker,
} from '../../test-utils/retention-frames';
import { cellScale } from './cell-scale';
import { retentionSummary } from './describe';
import { retentionModel } from './model';
import { defaultOptions } from './options';

function modelOf(frames: Parameters<typeof retentionModel>[0]) {
  const result = retentionModel(frames);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

describe('cohorts', () => {
  it('have how many returned beside their share, and what is not over', () => {
    const { cohorts, unitName } = modelOf([retentionFrame()]);
    expect(unitName).toBe('customers');
    expect(cohorts[0]).toMatchObject({ start: START, size: 100 });
    expect(cohorts[0].cells[1]).toEqual({ rate: 0.5, units: 50, complete: true });
    expect(cohorts[1].cells[2]).toEqual({ rate: 0.2, units: 60, complete: false });
    expect(cohorts[2].cells[2].rate).toBeNaN();
  });

  it('have the mean of the companion, and of whom it is', () => {
    const { mean } = modelOf([retentionFrame()]);
    expect(mean[1]).toMatchObject({ rate: 0.35, units: 140, size: 400, cohorts: 2 });
    expect(mean[2]).toMatchObject({ rate: 0.25, units: 25, size: 100, cohorts: 1 });
  });

  it('have shares when the query counts units', () => {
    const marker = retentionMarker({ metric: 'units' });
    const frame = retentionFrame(marker);
    const day1 = { ...frame.fields[3], values: [50, 90, 5] };
    const { cohorts } = modelOf([{ ...frame, fields: [...frame.fields.slice(0, 3), day1, frame.fields[4]] }]);
    expect(cohorts.map(({ cells }) => [cells[1].units, cells[1].rate])).toEqual([
      [50, 0.5],
      [90, 0.3],
      [5, 0.1],
    ]);
  });

  it('are told from those of the earlier time, each with the one a week before it', () => {
    const frames = comparedRetentionFrames();
    for (const order of [frames, [...frames].reverse()]) {
      const { cohorts, compared, mean } = modelOf(order);
      expect(compared).toBe(true);
      expect(cohorts.map(({ size }) => size)).toEqual([100, 300, 50]);
      expect(cohorts.map(({ earlier }) => [earlier?.start, earlier?.size])).toEqual([
        [START - 7 * DAY, 200],
        [START - 6 * DAY, 100],
        [START - 5 * DAY, 40],
      ]);
      expect(mean.map(({ earlierRate }) => earlierRate)).toEqual([0.7, 0.2, 0.1]);
    }
  });

  it('are compared with nothing that is not there', () => {
    const [now, then] = comparedRetentionFrames();
    const empty = { ...then, fields: then.fields.map((f) => (f.name === 'size' ? { ...f, values: [0, 0, 0] } : f)) };
    expect(modelOf([now, empty])).toMatchObject({ compared: false, earlierEmpty: true });
  });
});

it('a curve has the mean of each column, now and then', () => {
  const { cohorts, mean, compared } = modelOf([retentionCurveFrame()]);
  expect(cohorts).toEqual([]);
  expect(compared).toBe(true);
  expect(mean[1]).toEqual({ rate: 0.35, units: 140, size: 400, cohorts: 2, earlierRate: 0.2 });
  expect(mean[2].earlierRate).toBeNaN();
});

describe('a table of somebody else', () => {
  it('is read by its names and numbers, with a weighted mean', () => {
    const frame = frameOf([text('cohort', ['May', 'June']), number('size', [10, 30]), number('M1', [0.5, 0.1])]);
    const { cohorts, mean } = modelOf([frame]);
    expect(cohorts.map(({ name, cells }) => [name, cells[0].rate])).toEqual([
      ['May', 0.5],
      ['June', 0.1],
    ]);
    expect(mean[0].rate).toBeCloseTo(8 / 40);
  });

  it('may count instead of telling shares', () => {
    const { cohorts } = modelOf([frameOf([text('cohort', ['May']), number('users', [10]), number('M1', [5])])]);
    expect(cohorts[0].cells[0]).toEqual({ rate: 0.5, units: 5, complete: true });
  });

  it('without numbers is none', () => {
    expect(retentionModel([frameOf([text('cohort', ['May'])])])).toEqual({
      missing: 'There is no column of numbers that says who returned',
    });
  });
});

describe('colours', () => {
  const theme = createTheme();

  it('begin at nothing and end at the highest share after the first interval, or where they are told to', () => {
    const model = modelOf([retentionFrame()]);
    expect(cellScale(model, defaultOptions, theme).scale).toMatchObject({ min: 0, max: 0.5 });
    expect(cellScale(model, { ...defaultOptions, scaleMax: 100 }, theme).scale).toMatchObject({ max: 1 });
  });

  it('stand for changes when told to and there are any', () => {
    const change = { ...defaultOptions, colorBy: 'change' as const };
    const { scale, byChange, valueOf } = cellScale(modelOf(comparedRetentionFrames()), change, theme);
    expect(byChange).toBe(true);
    expect(scale.positionOf(0)).toBe(0.5);
    expect(valueOf(0.5, 0.2)).toBeCloseTo(0.3);
    expect(cellScale(modelOf([retentionFrame()]), change, theme).byChange).toBe(false);
  });
});

describe('the summary', () => {
  it('says who comes back first and last', () => {
    expect(retentionSummary(modelOf([retentionFrame()]), 1)).toBe(
      '450 customer starts: 35.0% return on day 1, 25.0% on day 2'
    );
  });

  it('says what has changed', () => {
    expect(retentionSummary(modelOf(comparedRetentionFrames()), 1)).toBe(
      '450 customer starts: 35.0% (▲ +15.0 pp) return on day 1, 25.0% (▲ +15.0 pp) on day 2, against 1 week earlier'
    );
  });

  it('says so when nothing is over', () => {
    const marker = retentionMarker({ mean: [null, null, null], starts: 'first' });
    expect(retentionSummary(modelOf([retentionFrame(marker)]), 1)).toBe(
      '450 customers started: no cohort’s time is over yet'
    );
  });
});
