import { csv, tsv } from './delimited';
import { detectFormat } from './detect';
import { Reject, type Format } from './format';
import { json } from './json';
import { parseMapping, type Mapping } from './mapping';
import { formatNamed } from './registry';
import type { RequestRecord } from '../normalise';

const parse = (format: Format, line: string, mapping?: Mapping, sample: string[] = []): RequestRecord => {
  const framing = format.parser({ sample, ...(mapping ? { mapping } : {}) });
  const result = framing.kind === 'lines' ? framing.parse(line) : framing.parse(line.split(framing.delimiter));
  if (result instanceof Reject) {
    throw new Error(result.reason);
  }
  return result;
};
const MIDNIGHT = Date.UTC(2024, 4, 17) * 1000;

describe('json', () => {
  it('takes the record’s own names', () => {
    const row = {
      time: '2024-05-17T00:00:00Z',
      status: 200,
      duration_ms: 12.5,
      service: 'shop',
      attributes: { plan: 'pro' },
    };
    expect(parse(json, JSON.stringify(row))).toMatchObject({
      time: MIDNIGHT,
      status: 200,
      duration_ms: 12.5,
      service: 'shop',
      attributes: { plan: 'pro' },
    });
  });

  it.each([
    ['flat', { 'http.request.method': 'post', 'http.server.request.duration': 0.25, 'url.path': '/a' }],
    ['nested', { http: { request: { method: 'post' }, server: { request: { duration: 0.25 } } }, url: { path: '/a' } }],
    [
      'in attributes',
      { attributes: { 'http.request.method': 'post', 'http.server.request.duration': 0.25, 'url.path': '/a' } },
    ],
  ])('takes OpenTelemetry’s names, %s', (_, fields) => {
    const record = parse(json, JSON.stringify({ timestamp: 1_715_904_000, ...fields }));
    expect(record).toMatchObject({
      time: MIDNIGHT,
      method: 'POST',
      duration_ms: 250,
      path: '/a',
      attributes: undefined,
    });
  });

  it('takes nginx’s names, numbers as text, dashes and empty texts', () => {
    const record = parse(
      json,
      '{"time_iso8601":"2024-05-17T02:00:00+02:00","remote_addr":"192.0.2.1","remote_user":"-","request_uri":"/a?b=c","request_method":"GET","status":"404","body_bytes_sent":"12","request_time":"0.095","http_referer":"","upstream_response_time":"0.010, 0.020"}'
    );
    expect(record).toMatchObject({
      time: MIDNIGHT,
      client_ip: '192.0.2.1',
      customer: undefined,
      path: '/a',
      query: 'b=c',
      status: 404,
      response_bytes: 12,
      duration_ms: 95,
      upstream_duration_ms: 30,
      attributes: undefined,
    });
  });

  it('keeps unknown keys, lists and long numbers as attributes', () => {
    const record = parse(
      json,
      '{"time":1715904000,"path":"/","tags":["a","b"],"deep":{"er":true},"order":12345678901234567890}'
    );
    expect(record.attributes).toEqual({ tags: '["a","b"]', 'deep.er': 'true', order: '12345678901234567890' });
  });

  it('makes unusable values null and says so', () => {
    const record = parse(json, '{"time":1715904000,"status":"ok","duration_ms":-1,"response_bytes":1.5}');
    expect(record).toMatchObject({ status: undefined, duration_ms: undefined, response_bytes: undefined });
    expect(record.unusable).toEqual(['status', 'duration_ms', 'response_bytes']);
  });

  it.each(['[]', '"x"', '{"a":', 'hello'])('rejects %s', (line) => {
    expect(() => parse(json, line)).toThrow('is not a JSON object');
  });
});

describe('mapping', () => {
  const mapping = (columns: Record<string, unknown>, more: Record<string, unknown> = {}): Mapping =>
    parseMapping({ columns, ...more });

  it('maps fields, units, time formats, constants and attributes', () => {
    const map = mapping({
      time: { field: 'when', format: '%d.%m.%Y %H:%M:%S', timezone: 'Europe/Berlin' },
      duration_ms: { field: 'took', unit: 's' },
      url: 'target.url',
      service: { constant: 'shop' },
      'attributes.plan': 'customer.plan',
    });
    const line = {
      when: '17.05.2024 02:00:00',
      took: 1.5,
      target: { url: 'https://Shop.example.org/a?b' },
      customer: { plan: 'pro' },
      x: 1,
    };
    expect(parse(json, JSON.stringify(line), map)).toMatchObject({
      time: MIDNIGHT,
      duration_ms: 1500,
      service: 'shop',
      scheme: 'https',
      host: 'shop.example.org',
      path: '/a',
      attributes: { plan: 'pro', x: '1' },
    });
  });

  it('drops other fields when told to', () => {
    expect(
      parse(json, '{"t":1715904000,"p":"/","x":1}', mapping({ time: 't', path: 'p' }, { attributes: 'drop' }))
        .attributes
    ).toBeUndefined();
  });

  it('names fields that never occur', () => {
    const framing = json.parser({ sample: [], mapping: mapping({ time: 't', path: 'p', status: 'gone' }) });
    if (framing.kind === 'lines') {
      framing.parse('{"t":1715904000,"p":"/"}');
    }
    expect(framing.missing?.()).toEqual(['gone']);
  });

  it.each([
    [{ columns: { time: 't', stats: 's' } }, /no column stats\. Did you mean status\?/],
    [{ columns: { path: 'p' } }, /no field is mapped to time/],
    [{ columns: { time: { field: 't', format: 'yesterday' } } }, /no format yesterday/],
    [{ columns: { time: { field: 't', format: '%Q' } } }, /no meaning for %Q/],
    [{ columns: { time: 't' }, colums: {} }, /colums/],
    [
      { columns: { time: 't', duration_ms: { field: 'd', unit: 'h' } } },
      /duration_ms\.unit: .*"ns".*"us".*"ms".*"s".*"min"/,
    ],
    [{ columns: { time: 't', path: 7 } }, /path/],
    [{ columns: { time: { field: 't', timezone: 'Mars' } } }, /time/],
  ])('refuses %j', (value, message) => {
    expect(() => parseMapping(value)).toThrow(message);
  });
});

describe('deep nesting', () => {
  const nested = (levels: number): string =>
    `{"time":"2024-05-17T00:00:00Z","path":"/a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it('up to a hundred levels becomes JSON', () => {
    expect(parse(json, nested(99)).attributes).toEqual({ x: '['.repeat(99) + ']'.repeat(99) });
  });

  it.each([100, 5_000, 200_000])('of %d lists in the record is a reject', (levels) => {
    expect(() => parse(json, nested(levels))).toThrow('is nested deeper than 100 levels');
  });
});

describe('delimited text', () => {
  it('takes known names from the header', () => {
    const sample = ['time_iso8601,request_method,request_uri,status', '2024-05-17T00:00:00Z,GET,/a,200'];
    expect(parse(csv, sample[1]!, undefined, sample)).toMatchObject({
      time: MIDNIGHT,
      method: 'GET',
      path: '/a',
      status: 200,
    });
  });

  it('rejects a line with another number of fields', () => {
    expect(() => parse(tsv, '1\t2\t3', undefined, ['time\tpath'])).toThrow('has 3 fields where 2 are named');
  });

  it('takes names from the mapping where there is no header', () => {
    const map = parseMapping({ columns: { time: 't', path: 'p' }, header: ['t', 'p'] });
    expect(parse(tsv, '1715904000\t/a', map, ['1715904000\t/a'])).toMatchObject({ time: MIDNIGHT, path: '/a' });
  });
});

describe('finding the format', () => {
  const CLF = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1';
  it.each([
    ['common', [CLF]],
    ['combined', [`${CLF} "-" "curl"`, CLF]],
    ['combined', [' "curl"', ' "curl"', `${CLF} "-" "curl"`]],
    ['vhost_combined', [`example.org:80 ${CLF} "-" "-"`]],
    ['json', ['{"time":1715904000,"path":"/"}']],
    ['csv', ['time,method,path,status', '2024-05-17T00:00:00Z,GET,/a,200']],
    ['tsv', ['time\tmethod\tpath', '2024-05-17T00:00:00Z\tGET\t/a']],
  ])('finds %s', (name, sample) => {
    expect(detectFormat(sample)?.format.name).toBe(name);
  });

  it.each([[['hello', 'world']], [['{"level":"info","msg":"no request","time":1715904000}']], [[]]])(
    'finds nothing in %j',
    (sample) => {
      expect(detectFormat(sample)).toBeUndefined();
    }
  );

  it('knows no other names', () => {
    expect(() => formatNamed('xml')).toThrow(/There is no format xml/);
  });
});
