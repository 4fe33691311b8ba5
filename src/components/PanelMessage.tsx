import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, Spinner, useStyles2 } from '@grafana/ui';
import React from 'react';

import { type PanelMessageContent } from './panel-state';
import { testIds } from './test-ids';

interface Props {
  message: PanelMessageContent;
  width: number;
  height: number;
}

const COMPACT_HEIGHT = 180;
const COMPACT_WIDTH = 300;

/** What a panel shows when it has nothing to draw: what is the matter and what to do next. */
export function PanelMessage({ message, width, height }: Props) {
  const styles = useStyles2(getStyles);
  const compact = height < COMPACT_HEIGHT || width < COMPACT_WIDTH;
  return (
    <div
      className={styles.frame}
      style={{ width, height }}
      data-testid={testIds.message}
      role={message.kind === 'error' ? 'alert' : 'status'}
    >
      <div className={cx(styles.body, message.kind === 'shape' && styles.wide)}>
        <div className={styles.head}>
          {message.kind === 'loading' ? (
            <Spinner size={compact ? 'md' : 'xl'} />
          ) : (
            <span className={cx(styles.icon, message.kind === 'error' && styles.error)}>
              <Icon name={message.icon} size={compact ? 'lg' : 'xxl'} />
            </span>
          )}
          <div className={styles.title}>{message.title}</div>
        </div>
        <div className={styles.text}>{message.text}</div>
        {message.wanted && (
          <table className={styles.columns}>
            <tbody>
              {message.wanted.map((column) => (
                <tr key={column.name}>
                  <th scope="row">
                    <code>{column.name}</code>
                  </th>
                  <td className={styles.type}>
                    {column.type}
                    {column.optional ? ', optional' : ''}
                  </td>
                  <td>{column.meaning}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {message.found && message.found.length > 0 && (
          <div className={styles.found}>It has: {message.found.join(', ')}.</div>
        )}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({
      display: 'flex',
      overflow: 'auto',
      padding: theme.spacing(1),
    }),
    body: css({
      margin: 'auto',
      maxWidth: 440,
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      textAlign: 'center',
      gap: theme.spacing(1),
    }),
    wide: css({ maxWidth: 620 }),
    head: css({ display: 'flex', flexDirection: 'column', alignItems: 'center', gap: theme.spacing(1) }),
    icon: css({ color: theme.colors.text.secondary, lineHeight: 0 }),
    error: css({ color: theme.colors.error.text }),
    title: css({
      fontSize: theme.typography.h5.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      color: theme.colors.text.primary,
    }),
    text: css({ color: theme.colors.text.secondary, whiteSpace: 'pre-line', overflowWrap: 'anywhere' }),
    columns: css({
      width: '100%',
      textAlign: 'left',
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      borderTop: `1px solid ${theme.colors.border.weak}`,
      'th, td': {
        padding: theme.spacing(0.5, 1),
        verticalAlign: 'top',
        borderBottom: `1px solid ${theme.colors.border.weak}`,
      },
      code: { margin: 0 },
    }),
    type: css({ whiteSpace: 'nowrap', fontStyle: 'italic' }),
    found: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}
