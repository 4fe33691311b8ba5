import { writeFrame, type Frame } from '@apitrail/contract';

import { printFrames } from './print-frames';

const series = (name: string, values: number[], shift?: string): Frame => ({
  name,
  meta: {
    type: 'timeseries-multi',
    custom: { apitrail: { queryType: 'traffic', ...(shift ? { shift } : {}) } },
  },
  fields: [
    { name: 'time', type: 'time', values: values.map((_, index) => Date.UTC(2026, 10, 2, index)) },
    { name: 'requests', type: 'number', values, labels: { service: 'shop' } },
  ],
});

const table = (shift?: string): Frame => ({
  meta: { type: 'table', custom: { apitrail: { queryType: 'requests', ...(shift ? { shift } : {}) } } },
  fields: [{ name: 'route', type: 'string', values: ['/a'] }],
});

function printed(...frames: Frame[]): string[] {
  let text = '';
  printFrames(
    frames.map((frame) => writeFrame(frame)),
    (more) => (text += more)
  );
  return text.split('\n').map((line) => line.trimEnd());
}

it('series of the same times are columns of one table, those of an earlier time told apart', () => {
  const lines = printed(series('Requests', [1, 2]), series('Requests (1w earlier)', [3, 4], '1w'));
  expect(lines[0]).toMatch(/^time +requests \{service=shop} +requests \{service=shop} \(1w earlier\)$/);
  expect(lines[2]).toMatch(/^2026-11-02T00:00:00.000Z +1 +3$/);
});

it('tables come one after the other, that of an earlier time told apart', () => {
  expect(printed(table(), table('1d')).filter((line) => line.startsWith('frame'))).toEqual([
    'frame 1',
    'frame 2 (1d earlier)',
  ]);
});
