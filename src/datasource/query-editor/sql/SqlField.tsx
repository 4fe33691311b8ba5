import React, { useId, useMemo, useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Field, Stack, useStyles2 } from '@grafana/ui';

import { useEditor, useFieldProblem } from '../editor-context';
import { useDraft } from '../fields/use-draft';
import { endOf, offsetOf, type Place, placeOf } from './error-place';
import { formatSql } from './format-sql';
import type { Mark } from './MonacoSql';
import { SqlEditor } from './SqlEditor';
import { useKnowledge } from './use-knowledge';

interface SqlFieldProps {
  value: string;
  onChange: (sql: string, options: { run: boolean }) => void;
}

const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '');

/** The SQL, what it failed with and where, and the buttons that run it and lay it out. */
export function SqlField({ value, onChange }: SqlFieldProps) {
  const styles = useStyles2(getStyles);
  const [id, helpId] = [useId(), useId()];
  const { run, error } = useEditor();
  const knowledge = useKnowledge();
  const problem = useFieldProblem('sql');
  const draft = useDraft(value, (sql, runs) => onChange(sql, { run: runs }));
  const [formatProblem, setFormatProblem] = useState<string>();
  const goToRef = useRef<((place: Place) => void) | null>(null);
  const out = useRef<HTMLButtonElement>(null);
  const failed = useFailure(error, draft.text);

  const runAll = () => {
    if (!draft.flush()) {
      run?.();
    }
  };
  const format = async () => {
    setFormatProblem(undefined);
    try {
      const names = knowledge.schema.functions.map(({ name }) => name).filter((name) => /^[a-z_]\w*$/i.test(name));
      draft.onType(await formatSql(draft.text, names));
    } catch (failure) {
      setFormatProblem(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const type = (text: string) => {
    if (text !== draft.text) {
      setFormatProblem(undefined);
      draft.onType(text);
    }
  };
  // The text keeps the keyboard, so that it is not run for being left as well.
  const stay = (event: React.MouseEvent) => event.preventDefault();

  return (
    <Field noMargin htmlFor={id} label="SQL" invalid={problem !== undefined} error={problem} className={styles.field}>
      <div>
        <SqlEditor
          id={id}
          label="SQL"
          describedBy={helpId}
          value={draft.text}
          invalid={problem !== undefined || failed !== undefined}
          knowledge={knowledge}
          mark={failed?.mark}
          goToRef={goToRef}
          onChange={type}
          onBlur={() => draft.onBlur()}
          onRun={runAll}
          onFormat={() => void format()}
          onLeave={() => out.current?.focus()}
        />
        {failed && (
          <p role="status" className={styles.problem}>
            {failed.message}{' '}
            {failed.place && (
              <Button fill="text" size="sm" onClick={() => goToRef.current?.(failed.place!)}>
                Go to line {failed.place.line}
              </Button>
            )}
          </p>
        )}
        {formatProblem && (
          <p role="status" className={styles.problem}>
            {formatProblem}
          </p>
        )}
        <div className={styles.bar}>
          <Stack direction="row" wrap="wrap" gap={1} alignItems="center">
            <Button ref={out} size="sm" icon="play" variant="secondary" onMouseDown={stay} onClick={runAll}>
              Run query
            </Button>
            <Button
              size="sm"
              icon="brackets-curly"
              variant="secondary"
              onMouseDown={stay}
              onClick={() => void format()}
            >
              Format SQL
            </Button>
            <span id={helpId} className={styles.help}>
              {MAC ? 'Cmd' : 'Ctrl'}-Enter runs, Ctrl-Space suggests, Escape and Tab lead out of the editor.
            </span>
          </Stack>
        </div>
      </div>
    </Field>
  );
}

interface Failure {
  message: string;
  place: Place | undefined;
  mark: Mark | undefined;
}

/** What the text failed with, until it is changed. */
function useFailure(error: string | undefined, text: string): Failure | undefined {
  const [failed, setFailed] = useState({ error, text });
  if (failed.error !== error) {
    setFailed({ error, text });
  }
  const shown = error !== undefined && failed.error === error && failed.text === text;
  return useMemo(() => {
    if (!shown) {
      return undefined;
    }
    const place = placeOf(error);
    const mark = place && { from: offsetOf(text, place), to: endOf(text, place), message: error };
    return { message: error, place, mark };
  }, [shown, error, text]);
}

const getStyles = (theme: GrafanaTheme2) => ({
  field: css({ width: '100%' }),
  problem: css({ color: theme.colors.error.text, margin: theme.spacing(0.5, 0, 0, 0) }),
  bar: css({ marginTop: theme.spacing(0.5) }),
  help: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
