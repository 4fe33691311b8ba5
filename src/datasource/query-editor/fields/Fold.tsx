import React, { type ReactNode, useId, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';

interface FoldProps {
  label: string;
  /** Its name, where the label alone does not say of what it is. */
  name?: string;
  /** What is set inside, told beside the label while it is closed. */
  summary?: string | undefined;
  /** Whether it is open until a person says otherwise. */
  startsOpen?: boolean;
  /** Open whatever a person says: something inside is wrong. */
  forced?: boolean;
  children: ReactNode;
}

/** Fields that most queries leave as they are. */
export function Fold({ label, name, summary, startsOpen = false, forced = false, children }: FoldProps) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const [chosen, choose] = useState<boolean>();
  const isOpen = forced || (chosen ?? startsOpen);
  return (
    <div className={styles.fold}>
      <div className={styles.head}>
        <Button
          size="sm"
          variant="secondary"
          fill="text"
          icon={isOpen ? 'angle-down' : 'angle-right'}
          aria-label={name}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => choose(!isOpen)}
        >
          {label}
        </Button>
        {!isOpen && summary && <span className={styles.summary}>{summary}</span>}
      </div>
      <div id={id} hidden={!isOpen} className={isOpen ? styles.inside : undefined}>
        {isOpen && children}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  fold: css({ minWidth: 0 }),
  head: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  summary: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary }),
  inside: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 0, 0.5, 1),
    marginLeft: theme.spacing(1),
    borderLeft: `1px solid ${theme.colors.border.weak}`,
  }),
});
