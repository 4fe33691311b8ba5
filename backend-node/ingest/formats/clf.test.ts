import { combined, common, vhostCombined } from './clf';
import { Reject, type LineParser } from './format';
import type { RequestRecord } from '../normalise';

const parserOf = (format: typeof combined): LineParser => {
  const framing = format.parser({ sample: [] });
  if (framing.kind !== 'lines') {
    throw new Error('lines expected');
  }
  return framing.parse;
};
const parse = (line: string, format = combined): RequestRecord => {
  const record = parserOf(format)(line);
  if (record instanceof Reject) {
    throw new Error(record.reason);
  }
  return record;
};
const reasonOf = (line: string, format = combined): string => {
  const result = parserOf(format)(line);
  return result instanceof Reject ? result.reason : 'a row';
};

const HEAD = '203.0.113.7 - alice [10/Oct/2000:13:55:36 -0700]';

describe('combined', () => {
  it('reads every field of a line', () => {
    const record = parse(`${HEAD} "get /a/b?x=1#y HTTP/1.0" 200 2326 "http://example.org/start" "Mozilla/4.08"`);
    expect(record).toMatchObject({
      time: Date.UTC(2000, 9, 10, 20, 55, 36) * 1000,
      client_ip: '203.0.113.7',
      customer: 'alice',
      method: 'GET',
      path: '/a/b',
      query: 'x=1',
      protocol: '1.0',
      status: 200,
      response_bytes: 2326,
      user_agent: 'Mozilla/4.08',
      attributes: { 'http.request.header.referer': 'http://example.org/start' },
    });
  });

  it.each([
    ['a dash for everything that is missing', '- - - [10/Oct/2000:13:55:36 +0000] "-" 408 - "-" "-"'],
    ['an empty request', '192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "" 400 0 "-" "-"'],
  ])('takes %s', (_, line) => {
    expect(parse(line)).toMatchObject({
      method: undefined,
      path: undefined,
      user_agent: undefined,
      customer: undefined,
    });
  });

  it('takes IPv6 addresses and host names as clients', () => {
    expect(parse('2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/2.0" 200 1').client_ip).toBe('2001:db8::1');
    expect(parse('host.example.net - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/2.0" 200 1').client_ip).toBe(
      'host.example.net'
    );
  });

  it('takes a user name with spaces', () => {
    expect(parse('192.0.2.1 - John Smith [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1').customer).toBe(
      'John Smith'
    );
  });

  it('undoes escaped quotes, backslashes and bytes in quoted fields', () => {
    const record = parse(String.raw`${HEAD} "GET /a\"b HTTP/1.1" 200 1 "-" "say \"hi\" \\ \xD0\x9F \x22 \x01"`);
    expect(record.path).toBe('/a"b');
    expect(record.user_agent).toBe('say "hi" \\ П " \\x01');
  });

  it.each([
    ['a method alone', 'GET'],
    ['two words', 'hello /world'],
    ['two spaces before the target', 'GET  / HTTP/1.1'],
    ['a space in the target and no protocol', 'GET /a b'],
    ['a space in what is no path', 'GET a b HTTP/1.1'],
    ['a TLS handshake', String.raw`\x16\x03\x01\x02`],
    ['another protocol', 'GET / RTSP/1.0'],
    ['text', 'hello'],
  ])('keeps a request line that is none as it is: %s', (_, request) => {
    const record = parse(`${HEAD} "${request}" 400 0 "-" "-"`);
    expect(record).toMatchObject({ method: undefined, path: undefined, status: 400 });
    expect(record.attributes).toEqual({ request_line: request });
  });

  it.each([
    ['HTTP/0.9', 'GET /a?x', { method: 'GET', path: '/a', query: 'x', protocol: '0.9' }],
    ['a space in the target', 'GET /sp ace/x HTTP/1.1', { method: 'GET', path: '/sp ace/x', protocol: '1.1' }],
    ['what looks like a protocol in the target', 'GET /a HTTP/1.0 HTTP/1.1', { path: '/a HTTP/1.0', protocol: '1.1' }],
  ])('reads a request line of %s', (_, request, expected) => {
    const record = parse(`${HEAD} "${request}" 400 0 "-" "-"`);
    expect(record).toMatchObject(expected);
    expect(record.attributes).toBeUndefined();
  });

  it('makes a status of 0 null', () => {
    expect(parse(`${HEAD} "GET / HTTP/1.1" 000 0`).status).toBeUndefined();
  });

  it('keeps further fields: addresses as forwarded for, others by their place', () => {
    const record = parse(`${HEAD} "GET / HTTP/1.1" 200 1 "-" "curl" "198.51.100.9, 10.0.0.1" 95000 "x y"`);
    expect(record.attributes).toEqual({
      'http.request.header.x-forwarded-for': '198.51.100.9, 10.0.0.1',
      extra_2: '95000',
      extra_3: 'x y',
    });
  });

  it('takes a line that was cut short after its size', () => {
    expect(parse(`${HEAD} "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0 (X11`).user_agent).toBe('Mozilla/5.0 (X11');
  });

  it.each([
    [' "curl/7.54.0"', 'does not begin with a client address'],
    ['192.0.2.1 - -', 'has no time in brackets after client, identity and user'],
    [
      '192.0.2.1 - - [31/Feb/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1',
      'has a time that is not of the form 10/Oct/2000:13:55:36 -0700',
    ],
    [`${HEAD} GET / 200 1`, 'has no quoted request after the time'],
    [`${HEAD} "GET / HTTP/1.1`, 'has a quoted request that is not closed'],
    [`${HEAD} "GET / HTTP/1.1" ok 1`, 'has no status after the request'],
    [`${HEAD} "GET / HTTP/1.1" 200 1kB`, 'has no size after the status'],
  ])('says what is wrong with %s', (line, reason) => {
    expect(reasonOf(line)).toBe(reason);
  });
});

it('common takes no more than its seven fields', () => {
  expect(parse(`${HEAD} "GET / HTTP/1.1" 200 1`, common).status).toBe(200);
  expect(reasonOf(`${HEAD} "GET / HTTP/1.1" 200 1 "-" "-"`, common)).toMatch(/more after the size/);
});

it('vhost_combined begins with the host', () => {
  expect(parse(`Shop.example.org:443 ${HEAD} "GET / HTTP/1.1" 200 1 "-" "-"`, vhostCombined).host).toBe(
    'shop.example.org'
  );
});

it('vhost_combined begins with an IPv6 host', () => {
  expect(parse(`[2001:DB8::1]:443 ${HEAD} "GET / HTTP/1.1" 200 1 "-" "-"`, vhostCombined).host).toBe('[2001:db8::1]');
});
