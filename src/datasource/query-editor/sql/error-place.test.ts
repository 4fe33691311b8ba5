import { endOf, offsetOf, placeOf } from './error-place';

it.each([
  ['There is no column statu, line 3, column 12. [APITRAIL_SQL_ERROR]', { line: 3, column: 12 }],
  ['Line 1, column 17: Referenced column "line 4, column 5" not found.', { line: 1, column: 17 }],
  ['Neither line 1, column 2, nor line 4, column 5', { line: 4, column: 5 }],
  ['The companion does not answer.', undefined],
])('%s', (message, place) => {
  expect(placeOf(message)).toEqual(place);
});

it.each([
  ['SELECT\nstatu x', { line: 2, column: 1 }, 'statu'],
  ['SELECT\r\n  statu', { line: 2, column: 3 }, 'statu'],
  ['SELECT (', { line: 1, column: 8 }, '('],
  ['SELECT', { line: 1, column: 90 }, ''],
  ['a\nb', { line: 9, column: 1 }, ''],
  ['WHERE $__tim(x)', { line: 1, column: 7 }, '$__tim'],
])('%j at %j is %j', (text, place, marked) => {
  expect(text.slice(offsetOf(text, place), endOf(text, place))).toBe(marked);
});
