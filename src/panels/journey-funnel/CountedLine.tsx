import { css } from '@emotion/css';
import { type FunnelMarker } from '@apitrail/contract';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React, { useId, useState } from 'react';

import { testIds } from '../../components/test-ids';
import { countedLines, countedShort, withoutUnitText } from './counted';

/** Height of the line when it is closed, in pixels. */
export const COUNTED_HEIGHT = 20;

/** How the numbers above were counted: the share of requests without a unit always, the rest on demand. */
export function CountedLine({ marker }: { marker: FunnelMarker }) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={styles.strip} data-testid={testIds.funnel.counted}>
      {open && (
        <ul className={styles.list} id={id}>
          {countedLines(marker).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <button
        type="button"
        className={styles.line}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title={countedShort(marker)}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
      >
        <span className={styles.text}>{withoutUnitText(marker)}</span>
        <span className={styles.how}>
          <Icon name={open ? 'angle-down' : 'angle-up'} size="sm" /> {open ? 'Close' : 'How counted'}
        </span>
      </button>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  return {
    strip: css({ position: 'relative', height: COUNTED_HEIGHT, flex: 'none' }),
    line: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      width: '100%',
      height: '100%',
      padding: theme.spacing(0, 0.5),
      border: 0,
      background: 'none',
      color: theme.colors.text.secondary,
      fontSize: small,
      textAlign: 'left',
      whiteSpace: 'nowrap',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    // Where room is short, how it is counted gives way: the share without a unit is always to be read.
    text: css({ flex: '0 0 auto', maxWidth: '100%', overflow: 'hidden', textOverflow: 'ellipsis' }),
    how: css({
      color: theme.colors.text.link,
      flex: '0 1 auto',
      minWidth: 0,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
    }),
    list: css({
      position: 'absolute',
      bottom: '100%',
      left: 0,
      right: 0,
      maxHeight: 220,
      overflow: 'auto',
      margin: 0,
      padding: theme.spacing(1, 1, 1, 3),
      background: theme.colors.background.elevated,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      fontSize: small,
      zIndex: 2,
    }),
  };
}
