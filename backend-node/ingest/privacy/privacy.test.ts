import { createHmac, hkdfSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createPseudonymiser,
  isPseudonym,
  privacyConfigSchema,
  Pseudonymiser,
  pseudonymKeyFile,
  recordProtector,
} from '.';
import { withoutQuery } from './free-text';
import { userAgentFamily } from './user-agent';
import type { PrivacyConfigInput } from './config';
import { RequestRecord } from '../normalise';

const ROOT = Buffer.alloc(32, 7);
const protect = (config: PrivacyConfigInput, values: Partial<RequestRecord>): RequestRecord => {
  const record = Object.assign(new RequestRecord(), values);
  recordProtector(privacyConfigSchema.parse(config), new Pseudonymiser(ROOT))(record);
  return record;
};

describe('the safe defaults', () => {
  const record = protect(
    {},
    {
      query: 'token=1',
      client_ip: '203.0.113.77',
      customer: 'alice',
      account: 'acme',
      session: 's-1',
      session_source: 'given',
      object_id: 'order-1',
      user_agent: 'curl/8',
      path: '/a',
    }
  );

  it('drop the query and cut the address', () => {
    expect(record).toMatchObject({ query: undefined, client_ip: '203.0.113.0', path: '/a' });
  });

  it('make pseudonyms of customer, session and object, each with a key of its own', () => {
    const ids = [record.customer, record.session, record.object_id].map(String);
    expect(ids.every(isPseudonym)).toBe(true);
    expect(new Set([...ids, new Pseudonymiser(ROOT).pseudonym('object_id', 'alice')]).size).toBe(4);
  });

  it('keep account and user agent', () => {
    expect(record).toMatchObject({ account: 'acme', user_agent: 'curl/8' });
  });

  it('make a host name in the place of an address null', () => {
    expect(protect({}, { client_ip: 'dsl-7.example.net' }).client_ip).toBeUndefined();
  });

  it.each(['', '-'])('make ids of %p null, not one person of many', (id) => {
    expect(
      protect({}, { customer: id, account: id, object_id: id, session: id, session_source: 'given' })
    ).toMatchObject({
      customer: undefined,
      account: undefined,
      object_id: undefined,
      session: undefined,
      session_source: undefined,
    });
  });

  it('take queries, addresses and credentials out of error messages', () => {
    const error_message = 'GET http://x.example/a?token=S for 198.51.100.72 failed: Bearer abc123def at 10:20:30';
    expect(protect({}, { error_message }).error_message).toBe(
      'GET http://x.example/a?[dropped] for 198.51.100.0 failed: Bearer [dropped] at 10:20:30'
    );
  });

  it('leave derived sessions as they are', () => {
    expect(protect({}, { session: 'd1_x', session_source: 'derived' }).session).toBe('d1_x');
  });
});

describe('attributes', () => {
  const attributes = (values: Record<string, string>, config: PrivacyConfigInput = {}) =>
    protect(config, { attributes: values }).attributes;

  it.each([
    'http.request.header.authorization',
    'http.request.header.cookie',
    'http.response.header.set-cookie',
    'cookie.sid',
    'Authorization',
    'http_x_api_key',
    'request.headers.X-Auth-Token',
    'password',
    'access_token',
    'client_secret',
  ])('%s goes, whatever the policy', (name) => {
    expect(attributes({ [name]: 'x' }, { query: 'keep', client_ip: 'keep', customer: 'keep' })).toBeUndefined();
  });

  it('lose query strings in URLs, paths and request lines', () => {
    expect(
      attributes({
        'http.request.header.referer': 'https://u:p@h/p?q=1#f',
        target: '/p?q',
        request_line: 'GET /p?token=1',
        note: 'why? so',
      })
    ).toEqual({ 'http.request.header.referer': 'https://h/p', target: '/p', request_line: 'GET /p', note: 'why? so' });
  });

  it('cut addresses wherever they are the value', () => {
    expect(
      attributes({
        'http.request.header.x-forwarded-for': '203.0.113.77, 2001:db8:1:2::3',
        extra_1: '198.51.100.7',
        'http.request.header.forwarded': 'for=198.51.100.7',
        version: '1.2.3',
      })
    ).toEqual({
      'http.request.header.x-forwarded-for': '203.0.113.0, 2001:db8:1::',
      extra_1: '198.51.100.0',
      version: '1.2.3',
    });
  });

  it('name people by pseudonyms', () => {
    expect(attributes({ 'user.email': 'a@example.org' })!['user.email']).toMatch(/^p1_/);
  });

  it('keep other values', () => {
    expect(attributes({ plan: 'pro', ratio: '3.10' })).toEqual({ plan: 'pro', ratio: '3.10' });
  });
});

it('keeps what the configuration keeps', () => {
  const kept = {
    query: 'a=1',
    client_ip: 'host.example.org',
    customer: 'alice',
    session: 's',
    attributes: { referer: '/a?b' },
  };
  expect(protect({ query: 'keep', client_ip: 'keep', customer: 'keep', session: 'keep' }, { ...kept })).toMatchObject(
    kept
  );
});

it('drops what the configuration drops', () => {
  const record = protect(
    { client_ip: 'drop', customer: 'drop', account: 'drop', user_agent: 'drop', object_id: 'drop' },
    {
      client_ip: '192.0.2.1',
      customer: 'a',
      account: 'b',
      user_agent: 'c',
      object_id: 'd',
      attributes: { extra_1: '192.0.2.1' },
    }
  );
  expect(record).toMatchObject({
    client_ip: undefined,
    customer: undefined,
    account: undefined,
    user_agent: undefined,
    object_id: undefined,
    attributes: undefined,
  });
});

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0', 'Firefox'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0',
    'Chrome',
  ],
  ['Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1', 'Safari'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot'],
  ['python-requests/2.28.1', 'python-requests'],
])('the family of %s is %s', (userAgent, family) => {
  expect(userAgentFamily(userAgent)).toBe(family === 'Chrome' && /Edg\//.test(userAgent) ? 'Edge' : family);
});

it('leaves text that is no URL as it is', () => {
  expect(withoutQuery('is it? yes')).toBe('is it? yes');
});

describe('pseudonyms', () => {
  it('are HMAC-SHA-256 under a key of HKDF-SHA-256', () => {
    const key = Buffer.from(hkdfSync('sha256', ROOT, '', 'apitrail/pseudonym/v1/customer', 32));
    const mac = createHmac('sha256', key).update('alice').digest().subarray(0, 16).toString('base64url');
    expect(new Pseudonymiser(ROOT).pseudonym('customer', 'alice')).toBe(`p1_${mac}`);
  });

  it('are not made of pseudonyms again', () => {
    const pseudonymiser = new Pseudonymiser(ROOT);
    const once = pseudonymiser.pseudonym('customer', 'alice');
    expect(pseudonymiser.pseudonym('customer', once)).toBe(once);
  });
});

describe('the key file', () => {
  it('is warned of once where others can read it', async () => {
    const file = join(folder, 'open.key');
    await createPseudonymiser(file);
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await createPseudonymiser(file);
      expect(written).not.toHaveBeenCalled();
      await chmod(file, 0o640);
      await createPseudonymiser(file);
      await createPseudonymiser(file);
      expect(written).toHaveBeenCalledTimes(1);
      expect(written.mock.calls[0]![0]).toContain(`chmod 600 ${file}`);
    } finally {
      written.mockRestore();
    }
  });

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apitrail-key-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made on first use, for its owner only, and used again', async () => {
    const file = join(folder, 'a', 'b.key');
    const first = await createPseudonymiser(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await createPseudonymiser(file)).pseudonym('customer', 'x')).toBe(first.pseudonym('customer', 'x'));
  });

  it('is one and the same for many that make it at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => createPseudonymiser(join(folder, 'k'))));
    expect(new Set(made.map((each) => each.pseudonym('customer', 'x'))).size).toBe(1);
  });

  it('is not made when only asked for', async () => {
    expect(await createPseudonymiser(join(folder, 'k'), { create: false })).toBeUndefined();
  });

  it('is refused inside the lake, through a link too', async () => {
    const lake = join(folder, 'lake');
    await mkdir(lake);
    await symlink(lake, join(folder, 'link'));
    for (const file of [join(lake, 'x', 'k'), join(folder, 'link', 'k')]) {
      await expect(createPseudonymiser(file, { lake })).rejects.toThrow(/lies inside the lake/);
    }
    await expect(createPseudonymiser(join(folder, 'lake-key'), { lake })).resolves.toBeDefined();
  });

  it('is refused when it holds no key, and its content is not shown', async () => {
    const file = join(folder, 'k');
    await writeFile(file, 'hunter2');
    const error: Error = await createPseudonymiser(file).then(
      () => new Error('none'),
      (thrown: Error) => thrown
    );
    expect(error.message).toMatch(/64 hexadecimal digits/);
    expect(error.message).not.toContain('hunter2');
    expect(await readFile(file, 'utf8')).toBe('hunter2');
  });

  it('is where configuration, environment or the user’s folder say, in this order', () => {
    const env = { XDG_CONFIG_HOME: '/x', APITRAIL_PRIVACY_KEY_FILE: '/e' };
    expect(pseudonymKeyFile({ key_file: '/c' }, env)).toBe('/c');
    expect(pseudonymKeyFile({}, env)).toBe('/e');
    expect(pseudonymKeyFile({}, { XDG_CONFIG_HOME: '/x' })).toBe('/x/apitrail/pseudonym.key');
  });
});
