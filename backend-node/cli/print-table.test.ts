import { printFrames } from './print-frames';
import { printTable } from './print-table';

const printed = (print: (write: (text: string) => void) => void) => {
  let text = '';
  print((part) => (text += part));
  return text;
};

test('numbers stand right, texts left, nulls are empty', () => {
  const rows = [
    ['a', 1, null],
    ['bcd', 12.3456789, 'x'],
  ];
  expect(printed((write) => printTable(['name', 'n', 'note'], rows, write))).toBe(
    'name        n  note\n----  -------  ----\na           1\nbcd   12.3457  x\n'
  );
});

test('control characters of a log do not reach the terminal', () => {
  expect(printed((write) => printTable(['a'], [['\u001b[31mred\nline']], write))).toContain('�[31mred�line');
});

test('series of the same times become one table', () => {
  const series = (service: string, values: number[]) => ({
    schema: {
      meta: { type: 'timeseries-multi' as const },
      fields: [
        { name: 'time', type: 'time', typeInfo: { frame: 'time.Time' } },
        { name: 'requests', type: 'number', typeInfo: { frame: 'float64' }, labels: { service } },
      ],
    },
    data: { values: [[0, 60_000], values] },
  });
  expect(printed((write) => printFrames([series('a', [1, 2]), series('b', [30, 40])], write)).split('\n')).toEqual([
    'time                      requests {service=a}  requests {service=b}',
    '------------------------  --------------------  --------------------',
    '1970-01-01T00:00:00.000Z                     1                    30',
    '1970-01-01T00:01:00.000Z                     2                    40',
    '',
  ]);
});
