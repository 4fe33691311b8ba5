import { css, cx } from '@emotion/css';
import { type GrafanaTheme2, type QueryResultMetaNotice } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';

import { testIds } from './test-ids';

/** Height of the strip of notices when it is closed, in pixels. */
export const NOTICES_HEIGHT = 22;

const ICONS = { error: 'exclamation-circle', warning: 'exclamation-triangle', info: 'info-circle' } as const;

/** What to know about the drawing above: truncated, sampled, partly failed. One line; more on demand. */
export function PanelNotices({ notices }: { notices: QueryResultMetaNotice[] }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const [first] = notices;
  if (!first) {
    return null;
  }
  return (
    <div className={styles.strip} data-testid={testIds.notices} role="status">
      {open && (
        <ul className={styles.list}>
          {notices.map((notice) => (
            <li key={notice.text} className={styles.item}>
              <Icon name={ICONS[notice.severity]} size="sm" className={styles[notice.severity]} />
              <span>{notice.text}</span>
            </li>
          ))}
        </ul>
      )}
      <button type="button" className={styles.line} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={ICONS[first.severity]} size="sm" className={cx(styles.icon, styles[first.severity])} />
        <span className={styles.text} title={first.text}>
          {first.text}
        </span>
        {notices.length > 1 && <span className={styles.more}>{open ? 'Close' : `+${notices.length - 1} more`}</span>}
      </button>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    strip: css({ position: 'relative', height: NOTICES_HEIGHT, flex: 'none' }),
    line: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      width: '100%',
      height: '100%',
      padding: theme.spacing(0, 0.5),
      border: 0,
      background: 'none',
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      textAlign: 'left',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    text: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', flex: '0 1 auto' }),
    icon: css({ flex: 'none' }),
    more: css({ color: theme.colors.text.link, whiteSpace: 'nowrap', marginLeft: theme.spacing(0.5) }),
    list: css({
      position: 'absolute',
      bottom: '100%',
      left: 0,
      right: 0,
      maxHeight: 200,
      overflow: 'auto',
      listStyle: 'none',
      margin: 0,
      padding: theme.spacing(1),
      background: theme.colors.background.elevated,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      fontSize: theme.typography.bodySmall.fontSize,
      zIndex: 2,
    }),
    item: css({ display: 'flex', gap: theme.spacing(0.75), padding: theme.spacing(0.25, 0) }),
    error: css({ color: theme.colors.error.text }),
    warning: css({ color: theme.colors.warning.text }),
    info: css({ color: theme.colors.info.text }),
  };
}
