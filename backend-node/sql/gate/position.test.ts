import { offsetOfByte, placeOf, positionAt } from './position';

it('bytes of UTF-8 are counted as the units of JavaScript', () => {
  const text = 'aä€🦆b';
  const starts = [...text].map((character) => text.indexOf(character));
  const bytes = [...text].map((character) => Buffer.byteLength(text.slice(0, text.indexOf(character))));
  expect(bytes.map((byte) => offsetOfByte(text, byte))).toEqual(starts);
  expect(offsetOfByte(text, 2)).toBe(1);
  expect(offsetOfByte(text, 1000)).toBe(text.length);
  expect(offsetOfByte('plain', 3)).toBe(3);
});

it('lines end as on every system, and are counted from 1', () => {
  const text = 'a\nb\r\nc\rd';
  const places = ['a', 'b', 'c', 'd'].map((letter) => placeOf(positionAt(text, text.indexOf(letter))));
  expect(places).toEqual([1, 2, 3, 4].map((line) => `line ${line}, column 1`));
  expect(positionAt(text, -1)).toEqual({ line: 1, column: 1 });
});
