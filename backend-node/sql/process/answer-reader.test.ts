import fc from 'fast-check';

import { ApitrailError } from '@apitrail/contract';

import { AnswerReader } from './answer-reader';

const line = (message: unknown) => JSON.stringify(message);
const columns = line({
  type: 'columns',
  columns: [
    { name: 'n', type: 'DOUBLE', kind: 'number' },
    { name: 's', type: 'VARCHAR', kind: 'string' },
  ],
  executed: 'SELECT 1',
});
const rows = (values: unknown[][], count = values[0]?.length) => line({ type: 'rows', count, values });

it('puts rows together, with the numbers that JSON lacks', () => {
  const reader = new AnswerReader(10);
  expect(reader.take(columns)).toBe('more');
  reader.take(
    rows([
      [1, 'NaN'],
      ['a', null],
    ])
  );
  reader.take(rows([['-Infinity'], ['b']]));
  expect(reader.take(line({ type: 'done', cut: true, losses: { digits: [0], time: [] } }))).toBe('done');
  expect(reader.result).toMatchObject({
    values: [
      [1, NaN, -Infinity],
      ['a', null, 'b'],
    ],
    rowCount: 3,
    cutAt: 3,
    losses: { digits: ['n'], time: [] },
    executed: 'SELECT 1',
  });
});

it.each([
  ['rows before columns', [rows([[1], ['a']])]],
  ['columns twice', [columns, columns]],
  ['more rows than were asked for', [columns, rows([Array(11).fill(1), Array(11).fill('a')])]],
  ['columns of unequal length', [columns, rows([[1, 2], ['a']])]],
  ['too few columns', [columns, rows([[1]])]],
  ['a text for a number', [columns, rows([['1'], ['a']])]],
  ['a number for a text', [columns, rows([[1], [2]])]],
  ['an unknown kind', [line({ type: 'columns', columns: [{ name: 'a', type: 'T', kind: 'html' }], executed: '' })]],
  [
    'two columns of one name',
    [line({ type: 'columns', columns: Array(2).fill({ name: 'a', type: 'T', kind: 'json' }), executed: '' })],
  ],
  [
    'a time that Grafana cannot hold',
    [line({ type: 'columns', columns: [{ name: 't', type: 'T', kind: 'time' }], executed: '' }), rows([[9.3e12]])],
  ],
  ['a loss of no column', [columns, line({ type: 'done', cut: false, losses: { digits: [2], time: [] } })]],
  ['no word of losses', [columns, line({ type: 'done', cut: false })]],
  ['an end without a beginning', [line({ type: 'done', cut: false })]],
  ['an error that is not of SQL', [line({ type: 'error', code: 'APITRAIL_UNAUTHENTICATED', message: 'x' })]],
  ['no message', ['null']],
  ['no JSON', ['{']],
])('takes nothing on trust: %s', (_, lines) => {
  const reader = new AnswerReader(10);
  expect(() => lines.forEach((one) => reader.take(one))).toThrow(
    expect.objectContaining({ code: 'APITRAIL_SQL_FAILED' }) as Error
  );
});

it('throws the error that it is told', () => {
  const said = line({ type: 'error', code: 'APITRAIL_SQL_ERROR', message: 'no column x', where: 'line 1, column 8' });
  expect(() => new AnswerReader(1).take(said)).toThrow(
    expect.objectContaining({ code: 'APITRAIL_SQL_ERROR', where: 'line 1, column 8' }) as Error
  );
});

it('knows no other fault than its own, whatever it is sent', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .record({ type: fc.constantFrom('columns', 'rows', 'error'), columns: fc.anything(), values: fc.anything() })
          .map(line)
      ),
      (text) => {
        try {
          new AnswerReader(10).take(text ?? '');
        } catch (error) {
          expect(error).toBeInstanceOf(ApitrailError);
        }
      }
    )
  );
});
