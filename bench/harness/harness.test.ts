import { parseCount, parseRows } from './options';
import { measureRounds } from './rounds';
import { difference } from './same-answer';
import { compareTimings, median } from './statistics';
import { formatTable } from './table';

const timings = (...wallMs: number[]) => ({ wallMs, cpuMs: wallMs.map((ms) => ms * 2) });

describe('statistics', () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])('the median of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has no median of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it('compares minima; both series of raw count, and their ratio is the noise', () => {
    expect(compareTimings(timings(12, 10), timings(30, 26), timings(8, 20))).toEqual({
      rawMinMs: 8,
      rawMedianMs: 11,
      oursMinMs: 26,
      oursMedianMs: 28,
      ratio: 3.25,
      overMs: 18,
      cpuRatio: 3.25,
      control: 0.8,
      quiet: true,
      withinAim: false,
    });
  });

  it.each([
    [100, 140, true],
    [100, 141, false],
    [1, 11, true],
    [1, 12, false],
  ])('raw %d ms and ours %d ms: within the aim is %s', (raw, ours, expected) => {
    expect(compareTimings(timings(raw), timings(ours), timings(raw)).withinAim).toBe(expected);
  });
});

it.each([
  [10, 7.9, false],
  [10, 8, true],
  [10, 12.5, true],
  [10, 12.6, false],
])('raw %d ms and again %d ms: that the machine was quiet is %s', (first, second, expected) => {
  expect(compareTimings(timings(first), timings(10), timings(second)).quiet).toBe(expected);
});

describe('answers', () => {
  it('are the same in any order of rows, when rows have keys, and to the ninth digit of numbers', () => {
    const raw = [
      ['a', 1, [1, 2]],
      ['b', 0.1 + 0.2, null],
    ];
    expect(
      difference(
        raw,
        [
          ['b', 0.3, null],
          ['a', 1, [1, 2]],
        ],
        1
      )
    ).toBeUndefined();
    expect(difference([['a'], ['b']], [['b'], ['a']], 0)).toMatch('raw says ["a"], ours ["b"]');
  });

  it.each([
    [[['a', 1]], [['a', 1.00001]]],
    [[['a', null]], [['a', 0]]],
    [[['a', [1, 2]]], [['a', [1]]]],
    [[['a', 1]], [['b', 1]]],
    [[['a']], [['a'], ['b']]],
  ])('%j is not %j', (raw, ours) => {
    expect(difference(raw, ours, 1)).toEqual(expect.any(String));
  });
});

it('runs the sides in turn, another one first in every round', async () => {
  const order: string[] = [];
  const side = (name: string) => ({ run: async () => order.push(name), cpuMs: () => 0 });
  const measured = await measureRounds([side('a'), side('b'), side('c')], 3);
  expect(order.join('')).toBe('abcbcacab');
  expect(measured.map(({ wallMs, cpuMs }) => [wallMs.length, cpuMs])).toEqual(Array(3).fill([3, [0, 0, 0]]));
});

it.each([
  ['100k', 100_000],
  ['1m', 1_000_000],
  ['2.5M', 2_500_000],
  ['7', 7],
])('%s is %d rows', (text, expected) => {
  expect(parseRows(text)).toBe(expected);
});

it.each(['', 'many', '1.5', '-1', '0', '1g'])('%j is no number of rows', (text) => {
  expect(() => parseRows(text)).toThrow('Write it as 100k');
});

it.each(['', '0', '-1', '1.5', '1k', 'many'])('%j is no number of runs', (text) => {
  expect(() => parseCount('--runs', text)).toThrow('--runs must be a whole number from 1 on');
});

it('aligns words left and numbers right', () => {
  expect(
    formatTable(
      ['query', 'ms'],
      [
        ['a', '1.0'],
        ['funnel', '12.5'],
      ]
    )
  ).toBe(['| query  |   ms |', '|--------|-----:|', '| a      |  1.0 |', '| funnel | 12.5 |'].join('\n'));
});
