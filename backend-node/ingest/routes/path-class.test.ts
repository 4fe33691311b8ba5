import { isInterchangeable, tellsApart, writePathClass } from './path-class';

function classOf(path: string, exact = false): string {
  const bytes = Buffer.from(path);
  const to = Buffer.alloc(bytes.length * 4 + 8);
  return to.toString('hex', 0, writePathClass(bytes, 0, bytes.length, to, 0, exact));
}

describe('paths of one class', () => {
  it.each([
    ['numbers', '/orders/12345', '/orders/99999'],
    ['short numbers below the second segment', '/api/v1/orders/7', '/api/v1/orders/8'],
    ['UUIDs', '/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301/b', '/a/9b2504e0-4f89-41d3-9a0c-0305e82c33f1/b'],
    ['hexadecimal ids', '/a/507f1f77bcf86cd799439011', '/a/617f1f77bcf86cd79943901e'],
    ['several of them', '/a/b/1/c/22/', '/a/b/2/c/33/'],
  ])('differ in %s', (_, one, other) => {
    expect(classOf(one)).toBe(classOf(other));
    expect(classOf(one, true)).not.toBe(classOf(other, true));
  });
});

describe('paths of different classes', () => {
  it.each([
    ['words', '/users/ada', '/users/bob'],
    ['numbers that may be versions', '/api/3/users', '/api/4/users'],
    ['lengths', '/orders/12345', '/orders/123456'],
    ['lengths past a byte', `/orders/${'1'.repeat(10)}`, `/orders/${'1'.repeat(266)}`],
    ['alphabets', '/a/507f1f77bcf86cd799439011', '/a/507F1F77BCF86CD799439011'],
    ['letters and digits', '/a/abcdefabcdefabcd', '/a/1234567812345678'],
    ['words of hexadecimal digits', '/a/deadbeef', '/a/beefdead'],
    ['slashes', '/orders/12345', '/orders/12345/'],
    ['queries', '/orders/12345?a=12345678', '/orders/12345?a=12345679'],
    ['blanks', '/orders/ 12345', '/orders/ 12346'],
    ['what goes before the path', 'http://a/12345', 'http://a/12346'],
  ])('differ in %s', (_, one, other) => {
    expect(classOf(one)).not.toBe(classOf(other));
  });
});

it('says which static text looks like an id', () => {
  expect(['404', '20261123', 'deadbeef', 'deadbeef01', 'v1', ''].map((text) => isInterchangeable(text, 0))).toEqual([
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(isInterchangeable('404', 2)).toBe(true);
});

it('says which segments of templates tell ids apart', () => {
  const segments = ['users', '{id}', '*', '{id}.json', 'v{n}', '12345', '1{rest}', '{a}-{b}', '%31{rest}'];
  expect(segments.filter((segment) => tellsApart(segment, 0))).toEqual(['12345', '1{rest}', '{a}-{b}', '%31{rest}']);
});
