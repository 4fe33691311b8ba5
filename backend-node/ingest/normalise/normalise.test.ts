import { canonicalAddress, cutAddress } from './address';
import { normaliseRecord } from './normalise';
import { RequestRecord } from './request-record';
import { readRequestLine, readTarget } from './request-target';
import { anyTimeReader, clfTimeReader, epochMicros, isoTimeReader } from './time';
import { bytesOf, durationOf, durationWithUnit, statusOf, storableText, upstreamDurationMs, weightOf } from './values';

const target = (text: string, method?: string): Partial<RequestRecord> => {
  const record = new RequestRecord();
  readTarget(record, text, method);
  const { path, query, scheme, host } = record;
  return { path, query, scheme, host };
};
const none = { path: undefined, query: undefined, scheme: undefined, host: undefined };

describe('request targets', () => {
  it.each([
    ['/a/b?x=1&y=2', { path: '/a/b', query: 'x=1&y=2' }],
    ['/a%20b/%D9%85', { path: '/a%20b/%D9%85' }],
    ['/a?', { path: '/a' }],
    ['/a#part?no', { path: '/a' }],
    ['//host/a', { path: '//host/a' }],
    ['http://User:pw@Example.org:8080/p?q', { scheme: 'http', host: 'example.org', path: '/p', query: 'q' }],
    ['https://example.org', { scheme: 'https', host: 'example.org', path: '/' }],
    ['http://[2001:db8::1]:80/x', { scheme: 'http', host: '[2001:db8::1]', path: '/x' }],
    ['*', { path: '*' }],
    ['-', {}],
    ['?x=1', { query: 'x=1' }],
  ])('%s', (text, expected) => {
    expect(target(text)).toEqual({ ...none, ...expected });
  });

  it('CONNECT names a host and no path', () => {
    expect(target('example.org:443', 'CONNECT')).toEqual({ ...none, host: 'example.org' });
  });

  it('a method is upper case only when it is a token', () => {
    const record = new RequestRecord();
    readRequestLine(record, 'pa(tch /a HTTP/1.1');
    expect(record).toMatchObject({ method: undefined, attributes: { request_line: 'pa(tch /a HTTP/1.1' } });
  });
});

describe('times', () => {
  it.each([
    ['10/Oct/2000:13:55:36 -0700', Date.UTC(2000, 9, 10, 20, 55, 36)],
    ['22/Jan/2019:03:56:14 +0330', Date.UTC(2019, 0, 22, 0, 26, 14)],
    ['29/feb/2024:00:00:00 +0000', Date.UTC(2024, 1, 29)],
    ['30/Feb/2024:00:00:00 +0000', NaN],
    ['10/Oct/2000:24:00:00 +0000', NaN],
    ['10/Oct/2000:13:55:36', NaN],
    ['10/Foo/2000:13:55:36 +0000', NaN],
  ])('common log format %s', (text, millis) => {
    expect(clfTimeReader()(text)).toBe(millis * 1000);
  });

  it('reads neighbours in other zones and hours rightly', () => {
    const read = clfTimeReader();
    const texts = ['10/Oct/2000:13:00:00 +0000', '10/Oct/2000:13:00:00 +0200', '10/Oct/2000:14:00:00 +0200'];
    expect(texts.map((text) => read(text) / 1e6)).toEqual([971182800, 971175600, 971179200]);
  });

  it.each([
    ['2024-05-17T00:00:13Z', 1_715_904_013_000_000],
    ['2024-05-17 02:00:13.250123+02:00', 1_715_904_013_250_123],
    ['2024-05-17T00:00:13,5', 1_715_904_013_500_000],
    ['2024-05-17', 1_715_904_000_000_000],
    ['2024-02-30T00:00:00Z', NaN],
  ])('ISO 8601 %s', (text, micros) => {
    expect(isoTimeReader()(text)).toBe(micros);
  });

  it('reads times without an offset in their zone, over a change to summer time', () => {
    const read = isoTimeReader('Europe/Berlin');
    expect([read('2024-03-31 01:59:59'), read('2024-03-31 03:00:00')]).toEqual([
      1_711_846_799_000_000, 1_711_846_800_000_000,
    ]);
  });

  it.each([
    ['1715904013', 1_715_904_013_000_000],
    ['1715904013.123456', 1_715_904_013_123_456],
    ['1715904013123', 1_715_904_013_123_000],
    ['1715904013123456', 1_715_904_013_123_456],
    ['1715904013123456789', 1_715_904_013_123_456],
  ])('tells the unit of %s by its size', (text, micros) => {
    expect(anyTimeReader()(text)).toBe(micros);
  });

  it('takes fractions before the epoch', () => {
    expect(epochMicros('-1.25', 's')).toBe(-1_250_000);
  });
});

describe('values', () => {
  it.each([
    ['200', 200],
    ['0', undefined],
    ['000', undefined],
    ['-', undefined],
    ['99', NaN],
    ['1000', NaN],
    ['2x0', NaN],
    [418, 418],
    [200.5, NaN],
  ])('status %s', (value, status) => {
    expect(statusOf(value)).toBe(status);
  });

  it.each([
    ['12', 12],
    ['-', undefined],
    ['-1', NaN],
    ['1e3', NaN],
    [5, 5],
    [0.5, NaN],
  ])('size %s', (value, bytes) => {
    expect(bytesOf(value)).toBe(bytes);
  });

  it.each([
    ['0.1', 's', 100],
    ['95000', 'us', 95],
    [1e-7, 's', 0.0001],
    ['-1', 's', NaN],
    ['604801', 's', NaN],
    ['-', 's', undefined],
  ] as const)('duration %s %s', (value, unit, ms) => {
    expect(durationOf(value, unit)).toBe(ms);
  });

  it('reads units that stand with the number', () => {
    expect(['12ms', '1.5s', '250µs', '2m', '5'].map(durationWithUnit)).toEqual([12, 1500, 0.25, 120_000, undefined]);
  });

  it('adds upstream times up and refuses what is none', () => {
    expect([upstreamDurationMs('0.1, 0.2 : 0.3'), upstreamDurationMs('-'), upstreamDurationMs('0.1, x')]).toEqual([
      600,
      undefined,
      NaN,
    ]);
  });

  it.each([
    ['4', 4],
    [0.5, 0.5],
    [2 ** 20, 2 ** 20],
    [2 ** 20 + 1, NaN],
    ['1e300', NaN],
    ['Infinity', NaN],
    [0, NaN],
    ['x', NaN],
  ])('weight %s', (value, weight) => {
    expect(weightOf(value)).toBe(weight);
  });

  it('makes text storable', () => {
    expect(storableText('a\0b\ud800c')).toBe('a\\x00b\ufffdc');
  });
});

describe('addresses', () => {
  it.each([
    ['203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['203.0.113.77:5678', '203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['2001:DB8:1:2:3::4', '2001:db8:1:2:3::4', '2001:db8:1::'],
    ['[2001:db8::1]:443', '2001:db8::1', '2001:db8::'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::'],
  ])('%s', (text, canonical, cut) => {
    expect(canonicalAddress(text)).toBe(canonical);
    expect(cutAddress(canonical)).toBe(cut);
  });

  it.each(['host.example.org', '256.1.1.1', '1.2.3', ':::', ''])('%s is none', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('the last step', () => {
  const NOW = Date.UTC(2026, 0, 1) * 1000;
  const record = (values: Partial<RequestRecord>): RequestRecord =>
    Object.assign(new RequestRecord(), { seen: true }, values);
  const check = (values: Partial<RequestRecord>): string | undefined =>
    normaliseRecord(record(values), { source: 'x' }, NOW);

  it.each([
    [{}, /^has no time that can be read: send /],
    [{ time: NOW, seen: false }, /^names no request: send /],
    [{ time: 0 }, /^has a time before 1990 .*: look at /],
    [{ time: NOW + 90_000_000_000 }, /^has a time .* a day in the future: look at /],
  ])('rejects %j', (values, reason) => {
    expect(check(values)).toMatch(reason);
  });

  it('fills in what the import knows and the source does not say', () => {
    const row = record({ time: NOW, service: 'own', client_ip: '::ffff:192.0.2.1' });
    normaliseRecord(row, { source: 'x', service: 'shop', environment: 'production' }, NOW);
    expect(row).toMatchObject({ service: 'own', environment: 'production', source: 'x', client_ip: '192.0.2.1' });
  });

  it('takes the duration off a time that is that of the end', () => {
    const row = record({ time: NOW, duration_ms: 250 });
    normaliseRecord(row, { source: 'x', timeIsEnd: true }, NOW);
    expect(row.time).toBe(NOW - 250_000);
  });
});
