import fc from 'fast-check';

import { parseLabels, writeLabels } from './labels';

describe('labels', () => {
  it.each([
    ['{}', {}],
    ['{a="b"}', { a: 'b' }],
    [' { a = "b" , c="d", } ', { a: 'b', c: 'd' }],
    ['{a="quote \\" comma, brace } \\\\"}', { a: 'quote " comma, brace } \\' }],
    ['{a="\\n\\t\\u00e9\\x41\\101\\U0001F600"}', { a: '\n\té' + 'AA😀' }],
    ['{a=`raw \\n "`}', { a: 'raw \\n "' }],
    ['{a=""}', { a: '' }],
  ])('%s', (text, labels) => {
    expect(Object.fromEntries(parseLabels(text)!)).toEqual(labels);
  });

  it.each([
    '',
    'a="b"',
    '{a}',
    '{a=b}',
    '{a="b"',
    '{a="b" c="d"}',
    '{1a="b"}',
    '{a="\\q"}',
    '{a="b",a="c"}',
    '{,}',
    '{a="\n"}',
    '{a="\\U00110000"}',
  ])('%j are none', (text) => {
    expect(parseLabels(text)).toBeUndefined();
  });

  it('are read as they are written', () => {
    const names = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'grapheme' })), (labels) => {
        const map = new Map(Object.entries(labels));
        expect(parseLabels(writeLabels(map))).toEqual(map);
      })
    );
  });
});
