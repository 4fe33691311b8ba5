import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Collapse, useStyles2 } from '@grafana/ui';

import type { Resolved } from './resolve';

/** The query as it will run, with every variable resolved, ready to be copied for `apitrail query` or `curl`. */
export function Preview({ resolved }: { resolved: Resolved }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const text = JSON.stringify(resolved.query, null, 2);
  return (
    <div>
      {resolved.problem && (
        <p role="status" className={styles.problem}>
          This query cannot run yet. {resolved.problem.message}
        </p>
      )}
      <Collapse label="What will run" isOpen={open} onToggle={setOpen}>
        {open && (
          <div className={styles.preview}>
            <pre className={styles.text} aria-label="Query as it will run" tabIndex={0}>
              {text}
            </pre>
            <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => text}>
              Copy
            </ClipboardButton>
          </div>
        )}
      </Collapse>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  problem: css({ color: theme.colors.warning.text, margin: theme.spacing(0, 0, 1, 0) }),
  preview: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: theme.spacing(1) }),
  text: css({ width: '100%', maxHeight: theme.spacing(50), overflow: 'auto', margin: 0 }),
});
