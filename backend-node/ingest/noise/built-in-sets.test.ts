import { RequestRecord } from '../normalise';
import { NOISE_SETS, type NoiseSetName } from './built-in-sets';

const record = (fields: Partial<RequestRecord>) =>
  Object.assign(new RequestRecord(), { time: 0, method: 'GET' }, fields);
const matches = (set: NoiseSetName, fields: Partial<RequestRecord>) => NOISE_SETS[set].matches(record(fields));

describe('health_checks', () => {
  test.each([
    '/health',
    '/healthz',
    '/HealthZ/',
    '/api/v1/health',
    '/shop/readyz',
    '/actuator/health/db',
    '/ping',
    '/_health',
    '/status',
    '/health/live',
    '/a/b/health-check',
  ])('%s is one', (path) => expect(matches('health_checks', { path })).toBe(true));
  test.each([
    '/orders/17/status',
    '/patients/4/health',
    '/live/matches',
    '/users/ready',
    '/healthy-food',
    '/pingpong',
    '/statuses',
    '/',
  ])('%s is none', (path) => expect(matches('health_checks', { path })).toBe(false));
  test('writing is none', () => expect(matches('health_checks', { path: '/health', method: 'POST' })).toBe(false));
  test.each(['kube-probe/1.29', 'ELB-HealthChecker/2.0', 'GoogleHC/1.0', 'Mozilla/5.0 (compatible; UptimeRobot/2.0)'])(
    'what %s asks is one, whatever it asks',
    (user_agent) => expect(matches('health_checks', { path: '/', user_agent })).toBe(true)
  );
});

describe('static_files', () => {
  test.each([
    '/app.js',
    '/a/b/logo.PNG',
    '/favicon.ico',
    '/robots.txt',
    '/sitemap-1.xml',
    '/fonts/x.woff2',
    '/manifest.json',
  ])('%s is one', (path) => expect(matches('static_files', { path })).toBe(true));
  test.each([
    '/reports/2026.pdf',
    '/data.csv',
    '/orders.json',
    '/js',
    '/a.js/b',
    '/api/manifest.json/1',
    '/download.zip',
  ])('%s is none', (path) => expect(matches('static_files', { path })).toBe(false));
  test('an upload is none', () => expect(matches('static_files', { path: '/a.png', method: 'PUT' })).toBe(false));
});

describe('bots', () => {
  test.each([
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (compatible; bingbot/2.0)',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)',
    'facebookexternalhit/1.1',
    'Mozilla/5.0 (compatible; Yahoo! Slurp)',
    'msnbot-media/1.1',
    'Mozilla/5.0 (compatible; Baiduspider/2.0)',
    'ClaudeBot/1.0',
  ])('%s is one', (user_agent) => expect(matches('bots', { user_agent })).toBe(true));
  test.each([
    'Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) AppleWebKit/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15',
    'curl/8.4.0',
    'python-requests/2.31.0',
    'okhttp/4.12.0',
    'Robotics-Client/2.0',
    undefined,
  ])('%s is none', (user_agent) => expect(matches('bots', { user_agent })).toBe(false));
});

describe('scanners', () => {
  test.each([
    '/.env',
    '/.git/config',
    '/wp-login.php',
    '/phpmyadmin/',
    '/cgi-bin/luci',
    '/a/../../etc/passwd',
    '/vendor/phpunit/x',
  ])('%s is one when it failed', (path) => {
    expect(matches('scanners', { path, status: 404 })).toBe(true);
    expect(matches('scanners', { path, status: 403 })).toBe(true);
  });
  test('what asks for a key, slows down or fails is none', () => {
    expect([401, 429, 500, 502].some((status) => matches('scanners', { path: '/wp-login.php', status }))).toBe(false);
    expect(matches('scanners', { path: '/.env' })).toBe(false);
  });
  test('what succeeded is never one: it is what one wants to see', () => {
    expect(matches('scanners', { path: '/.env', status: 200 })).toBe(false);
    expect(matches('scanners', { path: '/wp-admin/', status: 302 })).toBe(false);
    expect(matches('scanners', { path: '/a', status: 200, user_agent: 'sqlmap/1.7' })).toBe(false);
  });
  test.each(['/environments', '/orders/7', '/login', '/gitlab/projects', '/api/shell-companies'])(
    '%s is none',
    (path) => expect(matches('scanners', { path, status: 404 })).toBe(false)
  );
});

test.each(['1', '-a', '1b', '.', 'bo', 'cubot'])(
  'a user agent of nothing but %s takes no longer, however long',
  (part) => {
    const seen = jest.spyOn(RegExp.prototype, 'test');
    matches('bots', { user_agent: part.repeat(100_000) });
    matches('health_checks', { path: '/', user_agent: part.repeat(100_000) });
    matches('scanners', { path: '/', status: 404, user_agent: part.repeat(100_000) });
    const looked = seen.mock.calls.map(([text]) => text!.length);
    seen.mockRestore();
    expect(Math.max(...looked)).toBeLessThanOrEqual(512);
  }
);
