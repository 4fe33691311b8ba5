import type { Monaco, monacoTypes } from '@grafana/ui';

import { complete, type SqlKnowledge, type Suggestion, type SuggestionKind } from './completion/complete';
import { LANGUAGE } from './language';

/** What is more likely meant comes first. */
const RANK: Record<SuggestionKind, string> = {
  attribute: '0',
  text: '0',
  column: '1',
  table: '2',
  macro: '3',
  variable: '4',
  function: '5',
  keyword: '6',
};

/** Suggests in one editor, by what is known at the time. */
export function provideCompletion(
  monaco: Monaco,
  editor: monacoTypes.editor.ICodeEditor,
  knowledge: () => SqlKnowledge
): monacoTypes.IDisposable {
  return monaco.languages.registerCompletionItemProvider(LANGUAGE, {
    triggerCharacters: ['$', '.', "'", '['],
    provideCompletionItems: (model, position) => {
      if (model !== editor.getModel()) {
        return { suggestions: [] };
      }
      // With the ends of lines that offsets are counted in.
      const found = complete(model.getValue(), model.getOffsetAt(position), knowledge());
      return { suggestions: found.map((suggestion) => itemOf(monaco, model, suggestion)) };
    },
  });
}

function itemOf(
  monaco: Monaco,
  model: monacoTypes.editor.ITextModel,
  { label, kind, insert, cursor, from, to, detail, description }: Suggestion
): monacoTypes.languages.CompletionItem {
  const [start, end] = [model.getPositionAt(from), model.getPositionAt(to)];
  const kinds = monaco.languages.CompletionItemKind;
  const asSnippet = cursor !== undefined;
  return {
    label,
    kind: {
      attribute: kinds.Property,
      text: kinds.Constant,
      column: kinds.Field,
      table: kinds.Struct,
      macro: kinds.Snippet,
      variable: kinds.Variable,
      function: kinds.Function,
      keyword: kinds.Keyword,
    }[kind],
    insertText: asSnippet ? `${escaped(insert.slice(0, cursor))}$0${escaped(insert.slice(cursor))}` : insert,
    ...(asSnippet ? { insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet } : {}),
    filterText: label,
    sortText: `${RANK[kind]}${label}`,
    ...(detail === undefined ? {} : { detail }),
    ...(description === undefined ? {} : { documentation: description }),
    range: {
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    },
  };
}

/** A text as a snippet that is that text. */
function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
