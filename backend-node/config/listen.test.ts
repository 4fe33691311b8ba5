import { formatListen, isLoopback, parseListen } from './listen';
import { parseBytes } from './units';

test.each([
  ['127.0.0.1:8585', { host: '127.0.0.1', port: 8585 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:80', { host: '::1', port: 80 }],
])('%s is an address', (text, address) => {
  expect(parseListen(text)).toEqual(address);
  expect(formatListen(address)).toBe(text);
});

test.each(['', ':8585', '8585', 'localhost', '::1:80', 'localhost:65536', 'http://localhost:1', 'a b:1'])(
  '%p is none',
  (text) => {
    expect(parseListen(text)).toBeUndefined();
  }
);

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('%s is loopback', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.com', 'localhost.example.com', '1270.0.0.1'])(
  '%s is not loopback',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  }
);

test('sizes', () => {
  expect([parseBytes('1.5KiB'), parseBytes('2 GB'), parseBytes('10B')]).toEqual([1536, 2e9, 10]);
  expect(parseBytes('much')).toBeNaN();
});
