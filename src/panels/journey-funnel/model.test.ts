import { frameOf, funnelFrame, funnelMarker, number, text, timesFrame } from '../../test-utils/frames';
import { type FunnelModel, funnelModel } from './model';

function modelOf(...args: Parameters<typeof funnelModel>): FunnelModel {
  const result = funnelModel(...args);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

describe('funnelModel on frames of Apitrail', () => {
  it('takes every number from the frame', () => {
    expect(modelOf([funnelFrame()]).steps[1]).toMatchObject({
      name: 'Cart',
      units: 400,
      conversion: 0.4,
      stepConversion: 0.4,
      dropped: 550,
      pending: 50,
      medianMs: 42_000,
      p90Ms: 380_000,
    });
  });

  it('finds the step that lost most, and counts nobody lost at the first', () => {
    const model = modelOf([funnelFrame()]);
    expect(model.biggestDrop).toBe(1);
    expect(model.steps[0]).toMatchObject({ dropped: 0, pending: 0, stepConversion: NaN });
  });

  it('says what is counted', () => {
    expect(modelOf([funnelFrame(funnelMarker({ unit: 'session' }))]).unitName).toBe('sessions');
  });

  it('puts the times of a second query to the steps they lead to', () => {
    const { steps } = modelOf([timesFrame(), funnelFrame()]);
    expect(steps[0].times).toBeUndefined();
    expect(steps[1].times).toEqual([
      { fromMs: 0, toMs: 1000, units: 150 },
      { fromMs: 1000, toMs: 60_000, units: 250 },
    ]);
    expect(steps[2].medianMs).toBe(1500);
  });

  it('reads times alone', () => {
    const model = modelOf([timesFrame()]);
    expect(model.hasSteps).toBe(false);
    expect(model.steps.map((s) => s.name)).toEqual(['View', 'Cart', 'Pay']);
    expect(model.steps[2]).toMatchObject({ medianMs: 900, p90Ms: 2000 });
  });

  it('knows no biggest drop when nobody dropped', () => {
    const frame = frameOf([text('name', ['a', 'b']), number('units', [5, 5])]);
    expect(modelOf([frame]).biggestDrop).toBeUndefined();
  });
});

describe('funnelModel on frames of other data sources', () => {
  it('reckons conversions and losses from the counts', () => {
    const { steps, unitName } = modelOf([
      frameOf([text('stage', ['visit', 'signup', 'paid']), number('users', [1000, 250, 50])]),
    ]);
    expect(unitName).toBe('users');
    expect(steps.map((s) => s.conversion)).toEqual([1, 0.25, 0.05]);
    expect(steps.map((s) => s.stepConversion)).toEqual([NaN, 0.25, 0.2]);
    expect(steps.map((s) => s.dropped)).toEqual([0, 750, 200]);
  });

  it('orders by the number of the step', () => {
    const frame = frameOf([number('step', [2, 1]), text('name', ['b', 'a']), number('count', [1, 2])]);
    expect(modelOf([frame]).steps.map((s) => s.name)).toEqual(['a', 'b']);
  });

  it('takes a step of texts as the name', () => {
    expect(modelOf([frameOf([text('step', ['a', 'b']), number('n', [3, 2])])]).steps.map((s) => s.units)).toEqual([
      3, 2,
    ]);
  });

  it('loses nobody where a later step has more', () => {
    const { steps } = modelOf([frameOf([text('name', ['a', 'b']), number('units', [5, 8])])]);
    expect(steps[1]).toMatchObject({ dropped: 0, stepConversion: 1.6 });
  });

  it('has no conversion of nothing', () => {
    expect(modelOf([frameOf([text('name', ['a', 'b']), number('units', [0, 0])])]).steps[1].conversion).toBeNaN();
  });

  it('reads 200 steps', () => {
    const names = Array.from({ length: 200 }, (_, i) => `s${i}`);
    expect(
      modelOf([
        frameOf([
          text('name', names),
          number(
            'units',
            names.map((_, i) => 200 - i)
          ),
        ]),
      ]).steps
    ).toHaveLength(200);
  });

  it.each([
    ['nothing', [], 'no steps'],
    ['numbers alone', [frameOf([number('units', [1])])], 'no column that names the steps'],
    ['names alone', [frameOf([text('name', ['a'])])], 'no column of numbers'],
  ])('says what is missing of %s', (_, frames, message) => {
    expect(funnelModel(frames)).toEqual({ missing: expect.stringContaining(message) });
  });
});
