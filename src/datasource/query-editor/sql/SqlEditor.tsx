import React, { useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ErrorBoundary, type monacoTypes, TextArea, useStyles2 } from '@grafana/ui';

import { MonacoSql, type MonacoSqlProps } from './MonacoSql';
import { offsetOf, type Place } from './error-place';

interface SqlEditorProps extends Omit<MonacoSqlProps, 'onReady'> {
  /** Is given what puts the cursor at a place. */
  goToRef: React.RefObject<((place: Place) => void) | null>;
}

/**
 * A text area that can be typed in at once, and the code editor in its place as soon as it is there. When the code editor
 * cannot be loaded, the text area stays.
 */
export function SqlEditor({ goToRef, ...props }: SqlEditorProps) {
  const styles = useStyles2(getStyles);
  const [ready, setReady] = useState(false);
  const plain = useRef<HTMLTextAreaElement>(null);
  const { id, label, describedBy, value, invalid, onChange, onBlur, onRun } = props;

  const toPlace = (place: Place) => {
    const offset = offsetOf(value, place);
    plain.current?.focus();
    plain.current?.setSelectionRange(offset, offset);
  };
  const takeOver = (editor: monacoTypes.editor.IStandaloneCodeEditor) => {
    const focused = plain.current !== null && document.activeElement === plain.current;
    const offset = plain.current?.selectionEnd ?? 0;
    setReady(true);
    goToRef.current = (place) => {
      const position = { lineNumber: place.line, column: place.column };
      editor.setPosition(position);
      editor.revealPositionInCenterIfOutsideViewport(position);
      editor.focus();
    };
    if (focused) {
      // Once it is shown: what is hidden cannot have the keyboard.
      setTimeout(() => {
        const position = editor.getModel()?.getPositionAt(offset);
        if (position) {
          editor.setPosition(position);
        }
        editor.focus();
      });
    }
  };

  return (
    <div className={styles.editor}>
      {!ready && (
        <TextArea
          id={id}
          ref={(element) => {
            plain.current = element;
            if (element) {
              goToRef.current = toPlace;
            }
          }}
          className={styles.plain}
          aria-label={label}
          aria-describedby={describedBy}
          invalid={invalid}
          aria-invalid={invalid}
          rows={Math.min(Math.max(value.split('\n').length + 1, 8), 30)}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onBlur={onBlur}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              event.stopPropagation();
              onRun();
            }
          }}
        />
      )}
      <div hidden={!ready}>
        <ErrorBoundary>{({ error }) => (error ? null : <MonacoSql {...props} onReady={takeOver} />)}</ErrorBoundary>
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  editor: css({ width: '100%', minWidth: 0 }),
  plain: css({ fontFamily: theme.typography.fontFamilyMonospace, fontSize: 13, whiteSpace: 'pre', overflowX: 'auto' }),
});
