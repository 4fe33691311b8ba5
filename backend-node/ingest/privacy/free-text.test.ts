import { Pseudonymiser, privacyConfigSchema, recordProtector } from '.';
import type { PrivacyConfigInput } from './config';
import { RequestRecord } from '../normalise';

const pseudonymiser = new Pseudonymiser(Buffer.alloc(32, 7));

/** The value of an attribute as it gets into the lake. */
function stored(value: string, config: PrivacyConfigInput = {}, name = 'note'): string | undefined {
  const record = Object.assign(new RequestRecord(), { attributes: { [name]: value } });
  recordProtector(privacyConfigSchema.parse(config), pseudonymiser)(record);
  return record.attributes?.[name];
}

describe('queries in attributes', () => {
  it.each([
    ['referer', 'x.example/a?token=S', 'x.example/a'],
    ['request_line', 'foo?token=S', 'foo'],
    ['request_line', 'foo?S T', 'foo'],
    ['note', 'x.example/a?token=S', 'x.example/a?[dropped]'],
    ['note', 'x.example/a?S', 'x.example/a?[dropped]'],
    ['note', 'foo?page=S', 'foo?[dropped]'],
    ['note', 'cannot open "/a?page=S" now', 'cannot open "/a?[dropped]" now'],
    ['note', 'app#access_token=S', 'app?[dropped]'],
    ['note', 'why? so', 'why? so'],
    ['note', 'really?!', 'really?!'],
    ['note', 'issue #12', 'issue #12'],
  ])('%s %s is stored as %s', (name, value, expected) => {
    expect(stored(value, {}, name)).toBe(expected);
  });

  it('stay when queries are kept', () => {
    expect(stored('x.example/a?page=S', { query: 'keep' }, 'referer')).toBe('x.example/a?page=S');
    expect(stored('3', { query: 'keep' }, 'arg_page')).toBe('3');
    expect(stored('3', {}, 'arg_page')).toBeUndefined();
  });
});

describe('addresses in attributes', () => {
  it.each([
    ['["198.51.100.72"]', '["198.51.100.0"]'],
    ['connect 198.51.100.72:443 refused.', 'connect 198.51.100.0:443 refused.'],
    ['from /198.51.100.72', 'from /198.51.100.0'],
    ['from 2001:db8:1:2::7.', 'from 2001:db8:1::.'],
    ['ip:2001:db8:1:2::7', 'ip:2001:db8:1::'],
    ['[2001:db8:1:2:3:4:5:6]:443 gone', '[2001:db8:1::]:443 gone'],
    ['2001:db8:1:2::7:refused:again', '2001:db8:1:::refused:again'],
    ['2001:db8:1:2:3:4:5:6:443 gone', '2001:db8:1:::443 gone'],
    ['::ffff:198.51.100.72 gone', '198.51.100.0 gone'],
    ['at 10:20:30', 'at 10:20:30'],
    ['2024-05-01T10:20:30.123Z done', '2024-05-01T10:20:30.123Z done'],
    ['mac 00:11:22:33:44:55:66:77', 'mac 00:11:22:33:44:55:66:77'],
    ['in std::face::add', 'in std::face::add'],
    ['runs v1.2.3.4', 'runs v1.2.3.4'],
    ['runs version 1.2.3.4', 'runs version 1.2.3.4'],
    ['1.2.3.4.5 x', '1.2.3.4.5 x'],
  ])('%s is stored as %s', (value, expected) => {
    expect(stored(value)).toBe(expected);
  });

  it('follow the policy', () => {
    expect(stored('from 198.51.100.72 on', { client_ip: 'keep' })).toBe('from 198.51.100.72 on');
    expect(stored('from 198.51.100.72 on', { client_ip: 'drop' })).toBe('from [dropped] on');
  });

  it('are not looked for in versions and user agents', () => {
    expect(stored('1.2.3.4', {}, 'app_version')).toBe('1.2.3.4');
    expect(stored('X/1.2.3.4', {}, 'http_user_agent')).toBe('X/1.2.3.4');
    expect(stored('X/1.2.3.4', { user_agent: 'family' }, 'http_user_agent')).toBe('X');
    expect(stored('X/1.2.3.4', { user_agent: 'drop' }, 'http_user_agent')).toBeUndefined();
  });
});

describe('secrets and people in text', () => {
  it('go from a line of an access log', () => {
    const line =
      '198.51.100.72 - alice [17/May/2024:10:05:03 +0000] "GET /a?token=S HTTP/1.1" 200 1 "x.example/?q=1" "c"';
    expect(stored(line, {}, 'message')).toBe(
      `198.51.100.0 - ${pseudonymiser.pseudonym('customer', 'alice')} [17/May/2024:10:05:03 +0000] ` +
        '"GET /a?[dropped] HTTP/1.1" 200 1 "x.example/?[dropped]" "c"'
    );
  });

  it.each([
    ['{"password":"S","n":1}', '{"password":"[dropped]","n":1}'],
    ['[{"name":"Authorization","value":"S"}]', '[{"name":"Authorization","value":"[dropped]"}]'],
    ['login password=S ok', 'login password=[dropped] ok'],
    ['sent Cookie: a=b; c=d', 'sent Cookie: [dropped]'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'got [dropped]'],
    ['Basic authentication failed', 'Basic authentication failed'],
  ])('%s is stored as %s', (value, expected) => {
    expect(stored(value, { query: 'keep', client_ip: 'keep', customer: 'keep' })).toBe(expected);
  });

  it('people in JSON become the pseudonym of the column', () => {
    expect(stored('{"userId":"alice"}')).toBe(`{"userId":"${pseudonymiser.pseudonym('customer', 'alice')}"}`);
    expect(stored('alice', {}, 'userId')).toBe(pseudonymiser.pseudonym('customer', 'alice'));
    expect(stored('alice', { customer: 'drop' }, 'userId')).toBeUndefined();
    expect(stored('alice', { customer: 'keep' }, 'userId')).toBe('alice');
  });
});
