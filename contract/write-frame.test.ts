import fc from 'fast-check';

import type { DataFrameJSON, Field, FieldType, Frame } from './frames';
import { writeFrame } from './write-frame';

const text = (frame: Frame, refId?: string) => JSON.stringify(writeFrame(frame, refId));
const oneField = (field: Omit<Field, 'name'>, meta?: Frame['meta']) =>
  writeFrame({ ...(meta ? { meta } : {}), fields: [{ name: 'f', ...field }] });
const column = (type: FieldType, values: readonly unknown[]) => oneField({ type, values }).data.values[0];

describe('the shape of a frame', () => {
  it('puts schema before data, and values before entities before nanos, in the text that is sent', () => {
    const sent = text(
      {
        name: 'n',
        fields: [
          { name: 'time', type: 'time', values: [1.5, 2] },
          { name: 'value', type: 'number', values: [NaN, 1] },
        ],
      },
      'A'
    );
    const positions = ['"schema"', '"data"', '"values"', '"entities"', '"nanos"'].map((key) => sent.indexOf(key));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect([...positions].sort((a, b) => a - b)).toEqual(positions);
  });

  it('has no keys beside schema and data, so that the decoder does not refuse it', () => {
    const frame = oneField({ type: 'string', values: ['a'] });
    expect(Object.keys(frame)).toEqual(['schema', 'data']);
    expect(Object.keys(frame.data)).toEqual(['values']);
  });

  it.each<[FieldType, string, string]>([
    ['time', 'time', 'time.Time'],
    ['number', 'number', 'float64'],
    ['string', 'string', 'string'],
    ['boolean', 'boolean', 'bool'],
    ['json', 'other', 'json.RawMessage'],
  ])('gives a field of type %s its Go type, nullable', (type, wire, frame) => {
    expect(oneField({ type, values: [] }).schema.fields[0]).toEqual({
      name: 'f',
      type: wire,
      typeInfo: { frame, nullable: true },
    });
  });

  it('names the query it answers', () => {
    expect(writeFrame({ fields: [] }, 'B').schema.refId).toBe('B');
  });

  it('writes a frame without fields', () => {
    expect(writeFrame({ name: 'empty', fields: [] })).toEqual({
      schema: { name: 'empty', fields: [] },
      data: { values: [] },
    });
  });

  it('refuses columns of unequal length, naming the one that differs', () => {
    const fields: Field[] = [
      { name: 'a', type: 'number', values: [1, 2] },
      { name: 'b', type: 'number', values: [1] },
    ];
    expect(() => writeFrame({ fields })).toThrow('field b has 1 values where the frame has 2 rows');
  });
});

describe('times', () => {
  it('are integer milliseconds', () => {
    expect(column('time', [1_700_000_000_000, null, undefined, -1])).toEqual([1_700_000_000_000, null, null, -1]);
  });

  it('carry a fraction of a millisecond as nanoseconds beside the integer', () => {
    const { data } = oneField({ type: 'time', values: [1_700_000_000_000.5, 7, -0.25] });
    expect(data.values[0]).toEqual([1_700_000_000_000, 7, -1]);
    expect(data.nanos).toEqual([[500_000, 0, 750_000]]);
  });

  it('round a fraction to whole microseconds, up to the next millisecond where it is nearest', () => {
    const { data } = oneField({ type: 'time', values: [1.9999996, 1.0004] });
    expect(data.values[0]).toEqual([2, 1]);
    expect(data.nanos).toBeUndefined();
  });

  it('have nanoseconds only in the columns that need them, at the place of the column', () => {
    const { data } = writeFrame({
      fields: [
        { name: 'a', type: 'string', values: ['x'] },
        { name: 'b', type: 'time', values: [1.001] },
      ],
    });
    expect(data.nanos).toEqual([null, [1000]]);
  });

  it('of a series are not nullable, because alert rules want a time that is not', () => {
    const frame = writeFrame({
      meta: { type: 'timeseries-multi' },
      fields: [
        { name: 'time', type: 'time', values: [1] },
        { name: 'value', type: 'number', values: [null] },
      ],
    });
    expect(frame.schema.fields.map(({ typeInfo }) => typeInfo)).toEqual([
      { frame: 'time.Time' },
      { frame: 'float64', nullable: true },
    ]);
  });

  it.each([[null], [undefined], [1e15]])('of a series must not be %p', (value) => {
    const write = () => oneField({ type: 'time', values: [value] }, { type: 'timeseries-wide' });
    expect(write).toThrow(/field f: .* is not a time, which every point of a series needs/);
  });

  it('that Go cannot hold are null, because they would wrap round to another century', () => {
    expect(column('time', [Date.parse('2262-04-12T00:00:00Z'), Date.parse('1677-01-01T00:00:00Z'), 1e300])).toEqual([
      null,
      null,
      null,
    ]);
    expect(column('time', [Date.parse('2262-04-11T00:00:00Z')])).toEqual([Date.parse('2262-04-11T00:00:00Z')]);
  });

  it.each([['2026-01-01T00:00:00Z'], [new Date(0)], [NaN], [Infinity], [1n]])('refuse %p', (value) => {
    expect(() => column('time', [value])).toThrow(TypeError);
  });
});

describe('numbers', () => {
  it('that JSON has no word for travel as null with an entity', () => {
    const { data } = oneField({ type: 'number', values: [1, NaN, Infinity, -Infinity, NaN, null] });
    expect(data.values).toEqual([[1, null, null, null, null, null]]);
    expect(data.entities).toEqual([{ NaN: [1, 4], Inf: [2], NegInf: [3] }]);
  });

  it('have entities only in the columns that need them, at the place of the column', () => {
    const { data } = writeFrame({
      fields: [
        { name: 'a', type: 'number', values: [1] },
        { name: 'b', type: 'number', values: [NaN] },
      ],
    });
    expect(data.entities).toEqual([null, { NaN: [0] }]);
  });

  it('may be bigints, as an engine gives counts', () => {
    expect(column('number', [3n, 9_007_199_254_740_993n])).toEqual([3, 9_007_199_254_740_992]);
  });

  it.each([['1'], [true], [{}]])('refuse %p', (value) => {
    expect(() => column('number', [value])).toThrow(/field f: .* is not a number/);
  });
});

describe('strings', () => {
  it('have lone surrogates replaced and keep pairs, nulls and control characters', () => {
    expect(column('string', ['a\ud800b', '\udc00', '😀', '\u0000', '', null, undefined])).toEqual([
      'a\ufffdb',
      '\ufffd',
      '😀',
      '\u0000',
      '',
      null,
      null,
    ]);
  });

  it('may be given as numbers, bigints and booleans', () => {
    expect(column('string', [404, 18_446_744_073_709_551_615n, false])).toEqual([
      '404',
      '18446744073709551615',
      'false',
    ]);
  });

  it.each([[{ a: 1 }], [['a']], [() => 'a']])('refuse %p, which would read as [object Object]', (value) => {
    expect(() => column('string', [value])).toThrow(/is not a text/);
  });
});

describe('booleans', () => {
  it('are true, false or null', () => {
    expect(column('boolean', [true, false, null, undefined])).toEqual([true, false, null, null]);
  });

  it.each([[0], [1], ['true']])('refuse %p', (value) => {
    expect(() => column('boolean', [value])).toThrow(/is not a boolean/);
  });
});

describe('json', () => {
  it('keeps arrays and objects', () => {
    expect(column('json', [[1, null, 2.5], { a: { b: 'c' } }, 'x', true, null, undefined])).toEqual([
      [1, null, 2.5],
      { a: { b: 'c' } },
      'x',
      true,
      null,
      null,
    ]);
  });

  it('holds what JSON cannot as what it can', () => {
    const values = [[NaN, Infinity, undefined], { small: 1n, big: 18_446_744_073_709_551_615n, gone: undefined }];
    expect(column('json', [...values, '\ud800', { '\udfff': '\udfff' }, new Date(0)])).toEqual([
      [null, null, null],
      { small: 1, big: '18446744073709551615' },
      '\ufffd',
      { '\ufffd': '\ufffd' },
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  it('keeps a key named __proto__ as a key', () => {
    const written = JSON.stringify(column('json', [JSON.parse('{"__proto__":{"a":1}}')]));
    expect(written).toBe('[{"__proto__":{"a":1}}]');
  });
});

describe('field configuration', () => {
  const config = (given: unknown) =>
    oneField({ type: 'number', values: [], config: given as NonNullable<Field['config']> }).schema.fields[0]!.config;

  it('keeps what the SDK keeps', () => {
    const full = {
      displayName: 'P95',
      displayNameFromDS: 'p95',
      description: 'd',
      unit: 'ms',
      decimals: 2,
      min: 0,
      max: 10,
      noValue: '–',
      filterable: true,
      interval: 60_000,
      links: [{ title: 't', url: 'https://example.org/?a=${__value.raw}', targetBlank: true }],
      custom: { a: [1] },
    };
    expect(config(full)).toEqual(full);
  });

  it('leaves out what the SDK loses or trips over', () => {
    const links = [{ title: 't', url: 'u', oneClick: true, internal: { range: {} } }];
    expect(config({ unit: 'ms', mappings: [{ type: 'regex' }], actions: [], links })).toEqual({
      unit: 'ms',
      links: [{ title: 't', url: 'u' }],
    });
  });

  it('has decimals as a small whole number and no bounds that are not numbers', () => {
    expect(config({ decimals: 1.4, min: NaN, max: Infinity })).toEqual({ decimals: 1 });
    expect(config({ decimals: -1 })).toEqual({ decimals: 0 });
  });

  it('has labels as texts, the empty one where there is none', () => {
    const labels = { route: null, status: 500, bad: '\ud800' } as unknown as Record<string, string>;
    expect(oneField({ type: 'number', values: [], labels }).schema.fields[0]!.labels).toEqual({
      route: '',
      status: '500',
      bad: '\ufffd',
    });
  });
});

describe('meta', () => {
  const meta = (given: unknown) => writeFrame({ meta: given as NonNullable<Frame['meta']>, fields: [] }).schema.meta;

  it.each([['timeseries-multi'], ['timeseries-wide'], ['numeric-long'], ['log-lines']] as const)(
    'versions the kind %s as a pair of numbers',
    (type) => {
      expect(meta({ type })).toEqual({ type, typeVersion: [0, 1] });
    }
  );

  it('gives a table no version and keeps one that is given', () => {
    expect(meta({ type: 'table' })).toEqual({ type: 'table' });
    expect(meta({ type: 'numeric-long', typeVersion: [0, 2] })).toEqual({ type: 'numeric-long', typeVersion: [0, 2] });
  });

  it('never sends inspect with a notice, nor any key the SDK does not know', () => {
    const notices = [{ severity: 'warning', text: 'sampled\ud800', link: 'https://example.org', inspect: 'meta' }];
    expect(meta({ notices, isCachedResponse: true })).toEqual({
      notices: [{ severity: 'warning', text: 'sampled\ufffd', link: 'https://example.org' }],
    });
  });

  it('leaves out statistics that are not numbers, which would read as 0', () => {
    expect(
      meta({
        stats: [
          { displayName: 'a', value: NaN },
          { displayName: 'b', value: 1, unit: 'ms' },
        ],
      })
    ).toEqual({
      stats: [{ displayName: 'b', value: 1, unit: 'ms' }],
    });
  });

  it('keeps what panels read', () => {
    const full = {
      executedQueryString: 'SELECT 1',
      preferredVisualisationType: 'table',
      preferredVisualisationPluginId: 'apitrail-endpointheatmap-panel',
      uniqueRowIdFields: [0],
      custom: { apitrail: { queryType: 'traffic', big: 1 } },
    };
    expect(meta(full)).toEqual(full);
  });
});

const VALUES: Record<FieldType, fc.Arbitrary<unknown>> = {
  time: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  number: fc.option(fc.oneof(fc.double(), fc.bigInt(), fc.integer())),
  string: fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: loneSurrogates() }), fc.bigInt())),
  boolean: fc.option(fc.boolean()),
  json: fc.option(
    fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withObjectString: true,
      values: [fc.double(), fc.string({ unit: loneSurrogates() }), fc.boolean(), fc.bigInt(), fc.constant(undefined)],
    })
  ),
};

function loneSurrogates() {
  return fc.oneof(fc.constantFrom('\ud800', '\udfff', 'a', '"', '\\', '\u2028'), fc.string({ maxLength: 1 }));
}

const fieldTypes = fc.array(fc.constantFrom<FieldType>('time', 'number', 'string', 'boolean', 'json'), {
  maxLength: 5,
});

const anyFrame = fc
  .tuple(fieldTypes, fc.nat({ max: 6 }), fc.string({ unit: loneSurrogates() }))
  .chain(([types, rows, name]) =>
    fc
      .tuple(...types.map((type) => fc.array(VALUES[type], { minLength: rows, maxLength: rows })))
      .map((columns): Frame => ({
        name,
        fields: columns.map((values, index) => ({ name: `${name}${index}`, type: types[index]!, values })),
      }))
  );

/** What Grafana's decoder needs of a frame, whatever is in it. */
function expectDecodable(frame: DataFrameJSON, given: Frame): void {
  const { schema, data } = frame;
  expect(data.values).toHaveLength(schema.fields.length);
  const rows = given.fields[0]?.values.length ?? 0;
  schema.fields.forEach((field, index) => {
    const values = data.values[index]!;
    expect(values).toHaveLength(rows);
    for (const value of values.filter((item) => item !== null)) {
      switch (field.typeInfo.frame) {
        case 'time.Time':
          expect(String(value)).toMatch(/^-?\d+$/);
          break;
        case 'float64':
          expect(typeof value).toBe('number');
          break;
        case 'string':
          expect(typeof value === 'string' && value.isWellFormed()).toBe(true);
          break;
        case 'bool':
          expect(typeof value).toBe('boolean');
      }
    }
  });
  for (const entity of data.entities ?? []) {
    for (const at of Object.values(entity ?? {}).flat()) {
      expect(at).toBeLessThan(rows);
    }
  }
  data.nanos?.forEach((nanos) => {
    for (const value of nanos ?? []) {
      expect(Number.isInteger(value) && value >= 0 && value < 1_000_000).toBe(true);
    }
  });
}

describe('whatever is put in', () => {
  it('comes out as JSON of the shape that Grafana decodes', () => {
    fc.assert(
      fc.property(anyFrame, (given) => {
        const read = JSON.parse(text(given), (key, value: unknown) => {
          expect([key, value].every((part) => typeof part !== 'string' || part.isWellFormed())).toBe(true);
          return value;
        }) as DataFrameJSON;
        expectDecodable(read, given);
      })
    );
  });

  it('is the same when read back, for numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        const { data } = JSON.parse(text({ fields: [{ name: 'f', type: 'number', values }] })) as DataFrameJSON;
        const read = (data.values[0] as Array<number | null>).slice();
        const entities = data.entities?.[0] ?? {};
        entities.NaN?.forEach((at) => (read[at] = NaN));
        entities.Inf?.forEach((at) => (read[at] = Infinity));
        entities.NegInf?.forEach((at) => (read[at] = -Infinity));
        // JSON has no negative zero.
        expect(read).toEqual(values.map((value) => (value === 0 ? 0 : value)));
      })
    );
  });

  it('is the same when read back, for times in microseconds', () => {
    const micros = fc.integer({ min: -62_000_000_000_000, max: 4_102_444_800_000_000 });
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1 }), (values) => {
        const fields: Field[] = [{ name: 'f', type: 'time', values: values.map((value) => value / 1000) }];
        const { data } = JSON.parse(text({ fields })) as DataFrameJSON;
        const nanos = data.nanos?.[0];
        const read = (data.values[0] as number[]).map((ms, at) => ms * 1000 + (nanos?.[at] ?? 0) / 1000);
        expect(read).toEqual(values);
      })
    );
  });
});
