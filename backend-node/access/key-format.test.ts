import { generateKey, parseKeyText } from './key-format';

test('a generated key reads back as its parts', () => {
  const { key, parts } = generateKey('query');
  expect(key).toMatch(/^apl_query_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
  expect(parseKeyText(key)).toEqual(parts);
});

test('no two keys are alike', () => {
  const keys = Array.from({ length: 100 }, () => generateKey('ingest'));
  expect(new Set(keys.map(({ parts }) => parts.id)).size).toBe(100);
  expect(new Set(keys.map(({ parts }) => parts.secret)).size).toBe(100);
});

test('a mistyped character anywhere is noticed', () => {
  const { key } = generateKey('query');
  const changed = Array.from(
    key,
    (character, index) => key.slice(0, index) + (character === 'a' ? 'b' : 'a') + key.slice(index + 1)
  );
  expect(changed.filter((text) => parseKeyText(text) !== undefined)).toEqual([]);
});

test.each(['', 'apl', 'apl_query', `${generateKey('query').key} `, generateKey('query').key.replace('query', 'root')])(
  '%p is no key',
  (text) => {
    expect(parseKeyText(text)).toBeUndefined();
  }
);
