import { RECORD_COLUMNS } from '@apitrail/contract';
import * as fc from 'fast-check';

import { formatNamed, Reject } from '../formats';
import { normaliseRecord, RequestRecord } from '../normalise';
import { BodyWords } from './body-words';
import { RecordLineReader } from './record-line-reader';
import { RecordRows } from './record-rows';
import { RepeatedColumns } from './repeated-values';

jest.setTimeout(60_000);

const NOW = Date.UTC(2026, 10, 23) * 1000;
const WHOLE = {
  time: '2026-11-22T10:00:00.123456Z',
  duration_ms: 12.5,
  service: 'shop',
  method: 'get',
  path: '/orders/7',
  host: 'API.example.com:443',
  protocol: 'HTTP/1.1',
  status: 200,
  response_bytes: 512,
  customer: 'u1',
  session: 's1',
  client_ip: '2001:DB8::1',
  user_agent: 'curl/8.1',
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
};

const general = formatNamed('json').parser({ sample: [] });

/** What the format `json` makes of a line; undefined for a reject. */
function longWay(line: string): RequestRecord | undefined {
  const parsed = general.kind === 'lines' ? general.parse(line) : undefined;
  return parsed === undefined || parsed instanceof Reject || normaliseRecord(parsed, { source: 's' }, NOW) !== undefined
    ? undefined
    : parsed;
}

/** The same by the short way; undefined where it leaves a line to the long one. */
function shortWay(line: string, reader = new RecordLineReader()): RequestRecord | undefined {
  const body = Buffer.from(`${line}\n`);
  const rows = new RecordRows(body, new RepeatedColumns().columns, 1);
  if (!reader.read(new BodyWords(body), 0, rows, NOW)) {
    return undefined;
  }
  const record = rows.record(0);
  return normaliseRecord(record, { source: 's' }, NOW) === undefined ? record : undefined;
}

it('reads a line in the record’s own names as the format json does', () => {
  const line = JSON.stringify(WHOLE);
  expect(shortWay(line)).toEqual(longWay(line));
  expect(shortWay(line)).toMatchObject({ method: 'GET', host: 'api.example.com', client_ip: '2001:db8::1' });
});

it('takes OpenTelemetry’s names, and spaces behind colons and commas', () => {
  const line =
    '{"time": "2026-11-22T10:00:00Z", "http.request.method": "PUT", "url.path": "/a", "http.response.status_code": 204}';
  expect(shortWay(line)).toEqual(longWay(line));
  expect(shortWay(line)).toMatchObject({ method: 'PUT', path: '/a', status: 204 });
});

it.each([
  ['an escape', '{"time":"2026-11-22T10:00:00Z","path":"/a\\u0041"}'],
  ['a letter that is not ASCII', '{"time":"2026-11-22T10:00:00Z","path":"/ä"}'],
  ['an unknown key', '{"time":"2026-11-22T10:00:00Z","path":"/a","plan":"free"}'],
  ['a key that is there twice', '{"time":"2026-11-22T10:00:00Z","path":"/a","path":"/b"}'],
  ['a query string', '{"time":"2026-11-22T10:00:00Z","path":"/a?b=1"}'],
  ['an exponent', '{"time":"2026-11-22T10:00:00Z","path":"/a","duration_ms":1e3}'],
  ['a number where text is', '{"time":"2026-11-22T10:00:00Z","path":"/a","customer":7}'],
  ['a time without a zone', '{"time":"2026-11-22T10:00:00","path":"/a"}'],
  ['a time in the future', '{"time":"2027-11-22T10:00:00Z","path":"/a"}'],
  ['no time', '{"path":"/a"}'],
  ['nothing of a request', '{"time":"2026-11-22T10:00:00Z","service":"a"}'],
  ['a value that stands for nothing', '{"time":"2026-11-22T10:00:00Z","path":"/a","service":"-"}'],
  ['something behind the object', '{"time":"2026-11-22T10:00:00Z","path":"/a"} x'],
  ['a number with a leading zero', '{"time":"2026-11-22T10:00:00Z","path":"/a","status":0200}'],
])('leaves a line with %s to the long way', (_, line) => {
  expect(shortWay(line)).toBeUndefined();
});

it('leaves a line that is longer than lines of files may be to the long way', () => {
  const line = (length: number): string => JSON.stringify({ ...WHOLE, trace_id: 'a'.repeat(length) });
  expect(shortWay(line(2 ** 20 - 1000))).toBeDefined();
  expect(shortWay(line(2 ** 20))).toBeUndefined();
});

it('goes on behind a line it left', () => {
  const body = Buffer.from(
    '{"time":"2026-11-22T10:00:00Z","service":"x","path":"/ä"}\n{"time":"2026-11-22T10:00:01Z","path":"/b"}\n'
  );
  const rows = new RecordRows(body, new RepeatedColumns().columns, 2);
  const reader = new RecordLineReader();
  expect(reader.read(new BodyWords(body), 0, rows, NOW)).toBe(false);
  expect(reader.read(new BodyWords(body), body.indexOf(10) + 1, rows, NOW)).toBe(true);
  expect(rows.record(0)).toMatchObject({ path: '/b', service: undefined });
});

const names = [
  ...RECORD_COLUMNS.flatMap((column) => [column.name, 'attribute' in column ? column.attribute! : column.name]),
  'other',
];
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...Object.values(WHOLE)) },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.nat() },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '-', 'null', '/a?b', '/a#b', 'GET /x HTTP/1.1', '2026-11-22T10:59:60Z', '0.1', 'h2'),
  },
  {
    weight: 1,
    arbitrary: fc
      .date({ min: new Date('1980-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  }
);
const line = fc
  .tuple(
    fc.shuffledSubarray(Object.entries(WHOLE)),
    fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 3 }),
    fc.boolean()
  )
  .map(([whole, more, spaced]) => {
    const pairs = [...whole, ...more].map(
      ([key, of]) => `${JSON.stringify(key)}:${spaced ? ' ' : ''}${JSON.stringify(of)}`
    );
    return `{${pairs.join(spaced ? ', ' : ',')}}`;
  });

it('never makes another record of a line than the format json', () => {
  let taken = 0;
  fc.assert(
    fc.property(line, (text) => {
      const short = shortWay(text);
      taken += short ? 1 : 0;
      return short === undefined || expect(short).toEqual(longWay(text)) === undefined;
    }),
    { numRuns: 6000 }
  );
  expect(taken).toBeGreaterThan(300);
});

it('never makes another record of a damaged line than the format json', () => {
  const whole = JSON.stringify(WHOLE);
  const mutation = fc.tuple(
    fc.nat(whole.length - 1),
    fc.integer({ min: 32, max: 126 }),
    fc.constantFrom('put', 'insert', 'cut')
  );
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const text = mutations.reduce((before, [at, code, how]) => {
        const character = String.fromCharCode(code);
        return how === 'put'
          ? before.slice(0, at) + character + before.slice(at + 1)
          : before.slice(0, at) + (how === 'insert' ? character : '') + before.slice(how === 'insert' ? at : at + 1);
      }, whole);
      const short = shortWay(text);
      return short === undefined || expect(short).toEqual(longWay(text)) === undefined;
    }),
    { numRuns: 5000 }
  );
});

const mostly = (usual: readonly unknown[], odd: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 24, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

/** Rows of a service: mostly the same keys in the same order, some of them missing, with few different values. */
const logged = fc
  .record(
    {
      time: fc.integer({ min: 0, max: 300_000 }).map((ms) => new Date(Date.UTC(2026, 10, 22, 10) + ms).toISOString()),
      duration_ms: fc.oneof(mostly([0, 1, 12, 12.5, 125], ['12', -1]), fc.nat(5000)),
      service: mostly(['shop', 'shop2', 'sho'], ['-', 'shöp']),
      method: mostly(['GET', 'get', 'POST'], ['G ET']),
      path: mostly(['/a', '/a/b', '/a/b/c', '/', 'a', '/a b'], ['/a?b', '"']),
      status: mostly([200, 201, 404], [20, 2000, '200', null]),
      customer: mostly(['u1', 'u11', 'u'], [1, true]),
      trace_id: mostly(['4bf92f3577b34da6', '4bf92f3577b34da7', '4bf9'], ['-']),
      client_ip: mostly(['192.0.2.1', '2001:DB8::1', '192.0.2.01'], ['x', '']),
    },
    { requiredKeys: ['time', 'path'] }
  )
  .chain((row) =>
    fc.record({
      row: fc.oneof(
        { weight: 8, arbitrary: fc.constant(Object.entries(row)) },
        { weight: 1, arbitrary: fc.shuffledSubarray(Object.entries(row)) },
        { weight: 1, arbitrary: fc.constant([...Object.entries(row), ...Object.entries(row).slice(0, 2)]) }
      ),
      spaced: fc.constantFrom('', '', '', ' '),
      end: fc.constantFrom('\n', '\n', '\r\n', ' \n'),
    })
  )
  .map(({ row, spaced, end }) => {
    const pairs = [...row].map(
      ([key, of]: readonly [string, unknown]) => `${JSON.stringify(key)}:${spaced}${JSON.stringify(of)}`
    );
    return `{${pairs.join(`,${spaced}`)}}${end}`;
  });

it('reads each of many lines as the format json does, whatever stood in those before', () => {
  const reader = new RecordLineReader();
  const columns = new RepeatedColumns();
  let taken = 0;
  fc.assert(
    fc.property(fc.array(logged, { minLength: 2, maxLength: 40, size: 'max' }), (lines) => {
      const body = Buffer.from(lines.join(''));
      const words = new BodyWords(body);
      let rows: RecordRows | undefined;
      let start = 0;
      for (const text of lines) {
        if (!rows || rows.count === rows.capacity) {
          rows?.release();
          rows = new RecordRows(body, columns.columns, 16);
        }
        const { count } = rows;
        if (reader.read(words, start, rows, NOW)) {
          const record = rows.record(count);
          expect(normaliseRecord(record, { source: 's' }, NOW)).toBeUndefined();
          expect(record).toEqual(longWay(text.trimEnd()));
          expect(reader.end).toBe(start + Buffer.byteLength(text));
          taken++;
        } else {
          expect(rows.count).toBe(count);
        }
        start += Buffer.byteLength(text);
      }
      rows?.release();
    }),
    { numRuns: 800 }
  );
  expect(taken).toBeGreaterThan(3000);
});

it('reads lines in its names as before when senders have used thousands of other keys, and remembers none of those', () => {
  const reader = new RecordLineReader();
  for (let count = 0; count < 3000; count++) {
    expect(shortWay(JSON.stringify({ ...WHOLE, [`x${count}`]: 1 }), reader)).toBeUndefined();
  }
  const entries = Object.entries(WHOLE);
  for (let first = 0; first < entries.length; first++) {
    const line = JSON.stringify(Object.fromEntries([...entries.slice(first), ...entries.slice(0, first)]));
    expect(shortWay(line, reader)).toEqual(longWay(line));
  }
});
