import { earlierBy, markerOf } from './meta';

describe('the marker of a frame', () => {
  it('is what apitrail says in the meta', () => {
    const marker = { queryType: 'traffic', dataset: 'requests', from: 0, to: 1 };
    expect(markerOf({ apitrail: marker, other: 1 })).toBe(marker);
  });

  it.each([[undefined], [{}], [{ apitrail: null }], [{ apitrail: 'traffic' }], [{ apitrail: {} }]])(
    'is none in %j, which is another source’s frame',
    (custom) => {
      expect(markerOf(custom as Record<string, unknown> | undefined)).toBeUndefined();
    }
  );
});

describe('how much earlier the time of a frame is', () => {
  it('is said by frames of an earlier time alone', () => {
    const marker = { queryType: 'traffic', comparison: { timeShift: '1w' } };
    expect(earlierBy({ apitrail: { ...marker, shift: '1w' } })).toBe('1w');
    expect(earlierBy({ apitrail: marker })).toBeUndefined();
    expect(earlierBy(undefined)).toBeUndefined();
  });
});
