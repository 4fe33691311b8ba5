import fc from 'fast-check';

import { COLUMN_TYPES } from './columns';
import { parseKey } from './keys';
import { PARTITION_COLUMN, RECORD_COLUMNS, recordColumn, SORT_COLUMNS } from './record';

describe('keys', () => {
  it.each(Object.entries(COLUMN_TYPES).filter(([, type]) => type !== 'map<string,string>'))(
    '%s is a column',
    (name, type) => {
      expect(parseKey(name)).toEqual({ kind: 'column', column: { name, type } });
    }
  );

  it('status_class is derived', () => {
    expect(parseKey('status_class')).toEqual({ kind: 'status_class' });
  });

  it.each(['plan', 'http.request.header.x-team', 'with spaces', 'attributes.nested', 'ünïcode', 'quote\'"', ' '])(
    'attributes.%s is an attribute',
    (attribute) => {
      expect(parseKey(`attributes.${attribute}`)).toEqual({ kind: 'attribute', attribute });
    }
  );

  it('takes every name of an attribute as it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (attribute) => {
        expect(parseKey(`attributes.${attribute}`)).toEqual({ kind: 'attribute', attribute });
      })
    );
  });

  it('takes the date of a time as a key', () => {
    expect(parseKey('date')).toEqual({ kind: 'column', column: { name: 'date', type: 'date' } });
  });

  it.each(['', 'attributes', 'attributes.', 'rout', 'ROUTE', 'constructor', '__proto__', 'time; DROP TABLE'])(
    '%p is none',
    (key) => {
      expect(parseKey(key)).toBeUndefined();
    }
  );
});

describe('the record', () => {
  it('has the partition column’s name for its key', () => {
    expect(parseKey(PARTITION_COLUMN.name)).toMatchObject({ column: { type: PARTITION_COLUMN.type } });
  });

  it('names each column once, in lower case with underscores', () => {
    const names = RECORD_COLUMNS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
  });

  it('takes no OpenTelemetry attribute into two columns', () => {
    const attributes = RECORD_COLUMNS.flatMap((column) => ('attribute' in column ? [column.attribute] : []));
    expect(new Set(attributes).size).toBe(attributes.length);
  });

  it('describes every column with a sentence', () => {
    expect(RECORD_COLUMNS.filter(({ description }) => !description.endsWith('.')).map(({ name }) => name)).toEqual([]);
  });

  it('gives units only to numbers, and to every duration and size', () => {
    const numbers = new Set(['integer', 'long', 'double']);
    for (const column of RECORD_COLUMNS) {
      const hasUnit = 'unit' in column;
      expect([column.name, hasUnit && !numbers.has(column.type)]).toEqual([column.name, false]);
      expect([column.name, hasUnit]).toEqual([column.name, /_ms$|_bytes$/.test(column.name)]);
    }
  });

  it('is sorted by columns it has', () => {
    expect(SORT_COLUMNS.map(recordColumn)).not.toContain(undefined);
  });
});
