import React, { useEffect, useRef, useState } from 'react';
import { CodeEditor, type Monaco, type monacoTypes } from '@grafana/ui';

import type { SqlKnowledge } from './completion/complete';
import { LANGUAGE, registerLanguage } from './language';
import { provideCompletion } from './provide-completion';

/** A stretch of the text that something is wrong with. */
export interface Mark {
  /** Offsets, UTF-16 units. */
  from: number;
  to: number;
  message: string;
}

export interface MonacoSqlProps {
  /** Of the element that the keyboard is in, for its label. */
  id: string;
  label: string;
  describedBy: string;
  value: string;
  invalid: boolean;
  knowledge: SqlKnowledge;
  mark: Mark | undefined;
  onChange: (text: string) => void;
  onBlur: () => void;
  onRun: () => void;
  onFormat: () => void;
  /** Escape was pressed: the keyboard wants out. */
  onLeave: () => void;
  /** Monaco is there, and can be typed in. */
  onReady: (editor: monacoTypes.editor.IStandaloneCodeEditor) => void;
}

interface Mounted {
  editor: monacoTypes.editor.IStandaloneCodeEditor;
  monaco: Monaco;
}

const LINE_PX = 19;
const OWNER = 'apitrail';

/** The widgets of the editor that Escape closes before it leaves the editor. */
const NOTHING_OPEN =
  '!suggestWidgetVisible && !findWidgetVisible && !parameterHintsVisible && !renameInputVisible && !inSnippetMode && !editorHasMultipleSelections';

const OPTIONS = {
  fontSize: 13,
  lineHeight: LINE_PX,
  scrollBeyondLastLine: false,
  folding: false,
  renderLineHighlight: 'none',
  // Words of the text are no names of columns, and nothing in it is a link.
  wordBasedSuggestions: false,
  links: false,
  occurrencesHighlight: false,
  suggest: { showWords: false },
  // Enter after a word that is complete is a new line, not the choice of the same word.
  acceptSuggestionOnEnter: 'smart',
  quickSuggestions: { other: true, comments: false, strings: true },
  scrollbar: { alwaysConsumeMouseWheel: false },
} as const;

/** Grafana's code editor, taught DuckDB's SQL. */
export function MonacoSql(props: MonacoSqlProps) {
  const { id, label, describedBy, value, invalid, mark } = props;
  const [mounted, setMounted] = useState<Mounted>();
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!mounted) {
      return undefined;
    }
    const { editor, monaco } = mounted;
    const keys = [
      editor.addAction({
        id: 'apitrail-run',
        label: 'Run query',
        keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
        run: () => latest.current.onRun(),
      }),
      editor.addAction({
        id: 'apitrail-format',
        label: 'Format SQL',
        keybindings: [monaco.KeyMod.Shift | monaco.KeyMod.Alt | monaco.KeyCode.KeyF],
        run: () => latest.current.onFormat(),
      }),
      editor.addAction({
        id: 'apitrail-leave',
        label: 'Leave the editor',
        keybindings: [monaco.KeyCode.Escape],
        keybindingContext: NOTHING_OPEN,
        run: () => latest.current.onLeave(),
      }),
      editor.onDidBlurEditorWidget(() => latest.current.onBlur()),
      provideCompletion(monaco, editor, () => latest.current.knowledge),
    ];
    return () => keys.forEach((key) => key.dispose());
  }, [mounted]);

  useEffect(() => {
    const input = mounted?.editor.getDomNode()?.querySelector('textarea');
    input?.setAttribute('id', id);
    input?.setAttribute('aria-describedby', describedBy);
    input?.setAttribute('aria-invalid', String(invalid));
  }, [mounted, id, describedBy, invalid]);

  useEffect(() => {
    const model = mounted?.editor.getModel();
    if (!mounted || !model) {
      return;
    }
    const { monaco } = mounted;
    monaco.editor.setModelMarkers(model, OWNER, mark ? [markerOf(monaco, model, mark)] : []);
  }, [mounted, mark]);

  const lines = Math.min(Math.max(value.split('\n').length + 1, 8), 30);
  return (
    <CodeEditor
      language={LANGUAGE}
      value={value}
      height={lines * LINE_PX + 8}
      showLineNumbers
      showMiniMap={false}
      wordWrap
      monacoOptions={{ ...OPTIONS, ariaLabel: label }}
      onBeforeEditorMount={registerLanguage}
      onChange={(text) => latest.current.onChange(text)}
      onEditorDidMount={(editor, monaco) => {
        setMounted({ editor, monaco });
        latest.current.onReady(editor);
      }}
    />
  );
}

function markerOf(
  monaco: Monaco,
  model: monacoTypes.editor.ITextModel,
  { from, to, message }: Mark
): monacoTypes.editor.IMarkerData {
  const [start, end] = [model.getPositionAt(from), model.getPositionAt(to)];
  return {
    severity: monaco.MarkerSeverity.Error,
    message,
    startLineNumber: start.lineNumber,
    startColumn: start.column,
    endLineNumber: end.lineNumber,
    endColumn: Math.max(end.column, start.column + 1),
  };
}
