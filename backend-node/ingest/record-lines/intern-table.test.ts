import * as fc from 'fast-check';

import { BodyWords, hashOf } from './body-words';
import { InternTable } from './intern-table';

const idOf = (table: InternTable, text: Buffer, hash = hashOf(new BodyWords(text), 0, text.length)): number =>
  table.idOf(new BodyWords(text), 0, text.length, hash);

it('gives the same bytes the same id, and others another', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 400 }), (texts) => {
      const table = new InternTable();
      const ids = new Map<string, number>();
      for (const text of texts.map((bytes) => Buffer.from(bytes))) {
        const name = text.toString('hex');
        const id = idOf(table, text);
        expect(id).toBe(ids.get(name) ?? ids.size);
        expect(table.isAt(id, new BodyWords(text), 0)).toBe(true);
        expect(table.lengthOf(id)).toBe(text.length);
        ids.set(name, id);
      }
      expect(table.count).toBe(ids.size);
    })
  );
});

it('finds texts wherever they stand', () => {
  const table = new InternTable();
  const body = Buffer.from('xxGET,GETT,GET');
  const words = new BodyWords(body);
  const at = (start: number, end: number): number => table.idOf(words, start, end, hashOf(words, start, end));
  expect([at(2, 5), at(6, 10), at(11, 14), at(6, 9)]).toEqual([0, 1, 0, 0]);
});

it('does not remember a text that has the hash of very many others', () => {
  const table = new InternTable();
  const ids = Array.from({ length: 70 }, (_, index) => idOf(table, Buffer.from(`text ${index}`), 7));
  expect(ids.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, index) => index));
  expect(ids.slice(64)).toEqual([-1, -1, -1, -1, -1, -1]);
  expect(idOf(table, Buffer.from('text 5'), 7)).toBe(5);
});
