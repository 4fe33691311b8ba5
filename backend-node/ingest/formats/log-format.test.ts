import fc from 'fast-check';

import { apacheFormat } from './apache';
import { Reject, type Format } from './format';
import { nginxFormat } from './nginx';
import type { RequestRecord } from '../normalise';

const parseWith = (format: Format, line: string): RequestRecord => {
  const framing = format.parser({ sample: [] });
  const record = framing.kind === 'lines' ? framing.parse(line) : new Reject('not lines');
  if (record instanceof Reject) {
    throw new Error(`${record.reason}: ${line}`);
  }
  return record;
};

/** As nginx and Apache escape values: quotes, backslashes and control characters. */
const escaped = (text: string, quote: string): string =>
  text.replace(/["\\\x00-\x1f]/g, (char) =>
    char === '"'
      ? quote
      : char === '\\' && quote === '\\"'
        ? '\\\\'
        : `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  );

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `10/Oct/2000:13:55:36 -0700` of a time in seconds and an offset in minutes. */
const clf = (seconds: number, offset: number): string => {
  const local = new Date((seconds + offset * 60) * 1000);
  const date = `${two(local.getUTCDate())}/${MONTHS[local.getUTCMonth()]}/${local.getUTCFullYear()}`;
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const size = Math.abs(offset);
  return `${date}:${time} ${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
};

const request = fc.record({
  seconds: fc.integer({ min: 700_000_000, max: 1_760_000_000 }),
  offset: fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 15),
  client: fc.oneof(fc.ipV4(), fc.ipV6()),
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND'),
  path: fc.webPath().map((path) => `/${path.replace(/^\/+/, '')}`),
  query: fc.option(
    fc.webQueryParameters().filter((text) => text !== ''),
    { nil: undefined }
  ),
  status: fc.integer({ min: 100, max: 599 }),
  bytes: fc.nat(),
  millis: fc.nat({ max: 600_000 }),
  agent: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text !== '-'),
  header: fc
    .string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 })
    .filter((text) => !/[\x00-\x1f\x7f]/.test(text) && text !== '-'),
});

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

const expectSame = (record: RequestRecord, sent: Request): void => {
  expect(record.time).toBe(sent.seconds * 1e6);
  expect(record.client_ip).toBe(sent.client);
  expect(record.method).toBe(sent.method);
  expect(record.path).toBe(sent.path);
  expect(record.query).toBe(sent.query);
  expect(record.status).toBe(sent.status);
  expect(record.response_bytes).toBe(sent.bytes);
  expect(record.duration_ms).toBeCloseTo(sent.millis, 6);
};

const targetOf = ({ path, query }: Request): string => path + (query === undefined ? '' : `?${query}`);

it('reads back what nginx writes by a log_format', () => {
  const format = nginxFormat(
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_x_note" $request_time "$http_user_agent"'
  );
  fc.assert(
    fc.property(request, (sent) => {
      const line =
        `${sent.client} - - [${clf(sent.seconds, sent.offset)}] "${sent.method} ${targetOf(sent)} HTTP/1.1" ${sent.status} ` +
        `${sent.bytes} "${escaped(sent.header, '\\x22')}" ${(sent.millis / 1000).toFixed(3)} "${escaped(sent.agent, '\\x22')}"`;
      const record = parseWith(format, line);
      expectSame(record, sent);
      expect(record.attributes?.['http.request.header.x-note']).toBe(sent.header);
    })
  );
});

it('reads back what Apache writes by a LogFormat', () => {
  const format = apacheFormat(
    String.raw`LogFormat "%v %h %l %u %t \"%r\" %>s %B %D \"%{X-Note}i\" \"%{User-agent}i\"" timed`
  );
  fc.assert(
    fc.property(request, (sent) => {
      const line =
        `shop.example.org ${sent.client} - - [${clf(sent.seconds, sent.offset)}] "${sent.method} ${targetOf(sent)} HTTP/1.1" ` +
        `${sent.status} ${sent.bytes} ${sent.millis * 1000} "${escaped(sent.header, '\\"')}" "${escaped(sent.agent, '\\"')}"`;
      const record = parseWith(format, line);
      expectSame(record, sent);
      expect(record.host).toBe('shop.example.org');
      expect(record.attributes?.['http.request.header.x-note']).toBe(sent.header);
    })
  );
});

describe('nginx', () => {
  const parse = (format: string, line: string): RequestRecord => parseWith(nginxFormat(format), line);

  it('takes the directive as it stands in nginx.conf', () => {
    const directive = `log_format main escape=json '$remote_addr [$time_iso8601] '
                       '"$request" $status';`;
    expect(parse(directive, '192.0.2.1 [2024-05-17T02:00:13+02:00] "GET /a\\u0022b HTTP/1.1" 200')).toMatchObject({
      time: Date.UTC(2024, 4, 17, 0, 0, 13) * 1000,
      path: '/a"b',
    });
  });

  it('adds up upstream times and takes the last status and address', () => {
    const record = parse(
      '[$time_local] "$request" $status $upstream_addr $upstream_status $upstream_response_time $request_time',
      '[17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 200 10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 502, 504 : 200 0.100, 0.200 : 0.050 0.351'
    );
    expect(record).toMatchObject({
      upstream_host: '10.0.0.3:80',
      upstream_status: 200,
      upstream_duration_ms: 350,
      duration_ms: 351,
    });
  });

  it('reads a JSON log_format that is given as text', () => {
    const record = parse('{"t":$msec,"u":"$request_uri","s":$status}', '{"t":1715904013.123,"u":"/x?y=1","s":404}');
    expect(record).toMatchObject({ time: 1_715_904_013_123_000, path: '/x', query: 'y=1', status: 404 });
  });

  it('keeps variables that have no column as attributes', () => {
    const record = parse(
      '$msec "$request" $status $foo "$sent_http_x_cache"',
      '1715904013.123 "GET / HTTP/1.1" 200 bar "HIT"'
    );
    expect(record.attributes).toEqual({ foo: 'bar', 'http.response.header.x-cache': 'HIT' });
  });

  it('takes further quoted fields that the format does not have', () => {
    const format = '$remote_addr [$time_local] "$request" $status "$http_user_agent" $request_time';
    const record = parse(format, '192.0.2.1 [17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 200 "-" "curl/7.54.0" 0.156');
    expect(record).toMatchObject({ duration_ms: 156, attributes: { extra_1: 'curl/7.54.0' } });
  });

  it('says where a line does not fit', () => {
    const framing = nginxFormat('$remote_addr [$time_local] "$request" $status').parser({ sample: [] });
    const result =
      framing.kind === 'lines' ? framing.parse('192.0.2.1 [17/May/2024:00:00:13 +0000] "GET /" ok') : undefined;
    expect(result).toEqual(new Reject('has no $status that fits'));
  });

  it('does not take exponential time on a line that nearly fits', () => {
    const framing = nginxFormat('[$time_local] $a $b $c $d $e $f "$g" "$h" $i $j $status').parser({ sample: [] });
    const line = `[17/May/2024:00:00:13 +0000] ${'x '.repeat(20_000)}`;
    expect(framing.kind === 'lines' && framing.parse(line)).toBeInstanceOf(Reject);
  });

  const upstreams = '$remote_addr [$time_local] $upstream_addr|$upstream_status|$upstream_response_time|$status';
  const spaced = '$remote_addr [$time_local] $upstream_addr $upstream_status $upstream_response_time $status';
  it.each([
    ['delimiters', upstreams, 'a|'.repeat(30_000)],
    ['list separators', upstreams, 'a : '.repeat(30_000)],
    ['dashes', upstreams, '-, '.repeat(30_000)],
    ['list separators where the delimiter is a space', spaced, 'a : '.repeat(30_000)],
    ['commas where the delimiter is one', upstreams.replaceAll('|', ','), 'a, '.repeat(30_000)],
    ['digits', '[$time_local] $status.$bytes_sent.$request_time', '1.'.repeat(30_000)],
    ['further quoted fields', '[$time_local] "$request" $a $b "$http_x" $c $status', '"x" '.repeat(30_000)],
  ])('ends on a long line of %s that does not fit', (_, format, text) => {
    const framing = nginxFormat(format).parser({ sample: [] });
    const head = format.startsWith('$remote_addr') ? '192.0.2.1 ' : '';
    const line = `${head}[17/May/2024:00:00:13 +0000] ${text}`;
    expect(framing.kind === 'lines' && framing.parse(line)).toBeInstanceOf(Reject);
  });

  it('ends a list at the delimiter, also where a later value holds it', () => {
    const record = parse(
      '[$time_local]|$upstream_addr|$upstream_status|$status|$foo',
      '[17/May/2024:00:00:13 +0000]|10.0.0.1:80, 10.0.0.2:80|502, 200|200|a|b'
    );
    expect(record).toMatchObject({
      upstream_host: '10.0.0.2:80',
      upstream_status: 200,
      status: 200,
      attributes: { foo: 'a|b' },
    });
  });

  it('takes lists between commas and in brackets', () => {
    const time = '[17/May/2024:00:00:13 +0000]';
    expect(parse('[$time_local],$upstream_status,$status,$foo', `${time},502, 504 : 201,200,x`)).toMatchObject({
      upstream_status: 201,
      status: 200,
    });
    expect(
      parse('[$time_local] [$upstream_addr] $status', `${time} [[2001:db8::1]:80, [2001:db8::2]:80] 200`)
    ).toMatchObject({ upstream_host: '[2001:db8::2]:80', status: 200 });
  });

  it('rejects a line no log has', () => {
    const framing = nginxFormat('[$time_local] $status $foo').parser({ sample: [] });
    const line = `[17/May/2024:00:00:13 +0000] 200 ${'x'.repeat(300_000)}`;
    expect(framing.kind === 'lines' && framing.parse(line)).toEqual(new Reject('is longer than 262144 characters'));
  });

  it.each([
    ['$remote_addr "$request"', /logs no time/],
    ['$msec $status$body_bytes_sent', /Nothing stands between \$status and \$body_bytes_sent/],
    ['$msec $upstream_status$status', /Nothing stands between \$upstream_status and \$status/],
    ['$msec ${status}0', /Nothing stands between \$status and "0"/],
    ['$time_iso8601 $remote_addr$request_uri', /Nothing stands between \$remote_addr and \$request_uri/],
  ])('refuses %s', (format, message) => {
    expect(() => nginxFormat(format)).toThrow(message);
  });
});

describe('apache', () => {
  const parse = (format: string, line: string): RequestRecord => parseWith(apacheFormat(format), line);

  it.each([
    ['%D', '1500', 1.5],
    ['%T', '2', 2000],
    ['%{ms}T', '37', 37],
    ['%{us}T', '37', 0.037],
  ])('reads %s in its unit', (directive, value, ms) => {
    expect(
      parse(`%t "%r" %>s ${directive}`, `[17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 200 ${value}`).duration_ms
    ).toBe(ms);
  });

  it.each([
    ['%{%Y-%m-%d %H:%M:%S}t', '2024-05-17 00:00:13', 0],
    ['%{sec}t', '1715904013', 0],
    ['%{msec}t', '1715904013250', 250_000],
    ['%{usec}t', '1715904013250001', 250_001],
    ['%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t', '17/May/2024:02:00:13.250 +0200', 250_000],
    ['%t.%{usec_frac}t', '[17/May/2024:00:00:13 +0000].000042', 42],
  ])('reads the time %s', (directive, value, micros) => {
    expect(parse(`${directive} "%r" %>s`, `${value} "GET / HTTP/1.1" 200`).time).toBe(1_715_904_013_000_000 + micros);
  });

  it('knows that a time is that of the end', () => {
    const framing = apacheFormat('%{end:msec}t "%r" %>s %D').parser({ sample: [] });
    expect(framing.timeIsEnd).toBe(true);
  });

  it('takes conditions and modifiers', () => {
    const record = parse(
      '%t "%r" %>s %!200,304{Referer}i %400{Foo}o',
      '[17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 500 /from bar'
    );
    expect(record).toMatchObject({
      status: 500,
      attributes: { 'http.request.header.referer': '/from', 'http.response.header.foo': 'bar' },
    });
  });

  it('takes %O for the size where there is no %b, and beside it as an attribute', () => {
    expect(parse('%t "%r" %>s %O', '[17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 200 512').response_bytes).toBe(512);
    expect(parse('%t "%r" %>s %b %O', '[17/May/2024:00:00:13 +0000] "GET / HTTP/1.1" 200 5 512')).toMatchObject({
      response_bytes: 5,
      attributes: { 'http.response.size': '512' },
    });
  });

  it('refuses a directive that does not exist', () => {
    expect(() => apacheFormat('%t %Y')).toThrow(/has no %Y/);
  });
});
