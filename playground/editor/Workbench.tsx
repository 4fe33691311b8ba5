import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, LoadingState } from '@grafana/data';
import { Alert, useStyles2 } from '@grafana/ui';

import { useWidth } from '../components/use-width';

interface Props {
  /** What the right side is called: “Answer”. */
  title: string;
  state: LoadingState;
  /** What came, in a line: “6 frames, 142 rows”. */
  summary: string;
  error?: string | undefined;
  /** Beside the summary. */
  controls?: ReactNode;
  form: ReactNode;
  /** The answer, in as much width as there is. */
  children: (width: number) => ReactNode;
}

/** A form, and beside it what comes of it; below it where the window is narrow. */
export function Workbench({ title, state, summary, error, controls, form, children }: Props) {
  const styles = useStyles2(getStyles);
  const [ref, width] = useWidth();
  return (
    <div className={styles.sides}>
      <section className={styles.side} aria-label="Form" data-testid="editor-form">
        {form}
      </section>
      <section className={styles.side} aria-label={title} data-testid="panel-answer" data-state={state}>
        <div className={styles.head}>
          <h2 className={styles.title}>{title}</h2>
          <p className={styles.summary} role="status">
            {statusOf(state, summary)}
          </p>
          {controls}
        </div>
        <div ref={ref}>
          {state === LoadingState.Error && (
            <Alert severity="error" title="The query failed">
              {error}
            </Alert>
          )}
          {width > 0 && children(width)}
        </div>
      </section>
    </div>
  );
}

function statusOf(state: LoadingState, summary: string): string {
  switch (state) {
    case LoadingState.Error:
      return 'Failed';
    case LoadingState.Done:
      return summary;
    case LoadingState.Streaming:
      return `${summary}, live`;
    default:
      return 'Asking';
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  sides: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
    alignItems: 'start',
    marginTop: theme.spacing(2),
    [theme.breakpoints.down('xl')]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  }),
  side: css({
    minWidth: 0,
    padding: theme.spacing(2),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    [theme.breakpoints.down('sm')]: { padding: theme.spacing(1) },
  }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 2),
    minHeight: theme.spacing(4),
    marginBottom: theme.spacing(1),
  }),
  title: css({ ...theme.typography.h5, margin: 0 }),
  summary: css({ color: theme.colors.text.secondary, margin: 0, flexGrow: 1 }),
});
