import type { Monaco } from '@grafana/ui';

import { KEYWORDS, TYPES } from './completion/keywords';

/** The language of the editor: DuckDB's SQL with macros and variables. */
export const LANGUAGE = 'apitrail-duckdb';

/** Teaches Monaco the language, once. */
export function registerLanguage(monaco: Monaco): void {
  if (monaco.languages.getLanguages().some(({ id }) => id === LANGUAGE)) {
    return;
  }
  monaco.languages.register({ id: LANGUAGE });
  monaco.languages.setLanguageConfiguration(LANGUAGE, {
    comments: { lineComment: '--', blockComment: ['/*', '*/'] },
    brackets: [
      ['(', ')'],
      ['[', ']'],
      ['{', '}'],
    ],
    autoClosingPairs: ['()', '[]', '{}', "''", '""'].map(([open, close]) => ({
      open: open!,
      close: close!,
      notIn: ['string', 'comment'],
    })),
    surroundingPairs: ['()', '[]', "''", '""'].map(([open, close]) => ({ open: open!, close: close! })),
    wordPattern: /\$?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/,
  });
  monaco.languages.setMonarchTokensProvider(LANGUAGE, {
    ignoreCase: true,
    defaultToken: '',
    keywords: [...KEYWORDS],
    types: [...TYPES],
    tokenizer: {
      root: [
        [/--.*$/, 'comment'],
        [/\/\*/, 'comment', '@comment'],
        [/'/, 'string', '@string'],
        [/"/, 'identifier.quote', '@quoted'],
        [/\$\{[^}]*\}|\$\w+/, 'type'],
        [/\d+(\.\d+)?(e[-+]?\d+)?/, 'number'],
        [/[a-z_]\w*(?=\s*\()/, { cases: { '@keywords': 'keyword', '@default': 'predefined' } }],
        [/[a-z_]\w*/, { cases: { '@keywords': 'keyword', '@types': 'type', '@default': 'identifier' } }],
        [/[()[\]{}]/, '@brackets'],
        [/[<>=!~+\-*/%|&^@:.,;]/, 'operator'],
      ],
      comment: [
        [/[^*/]+/, 'comment'],
        [/\*\//, 'comment', '@pop'],
        [/[*/]/, 'comment'],
      ],
      string: [
        [/''/, 'string.escape'],
        [/'/, 'string', '@pop'],
        [/\$\{[^}]*\}/, 'type'],
        [/[^'$]+|\$/, 'string'],
      ],
      quoted: [
        [/""/, 'identifier.quote'],
        [/"/, 'identifier.quote', '@pop'],
        [/[^"]+/, 'identifier'],
      ],
    },
  });
}
