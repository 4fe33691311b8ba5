import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { ContextMenu, Menu, useStyles2 } from '@grafana/ui';
import React from 'react';

import { type Action } from './actions';
import { testIds } from './test-ids';

interface Props {
  x: number;
  y: number;
  title: string;
  subtitle?: string;
  /** Groups of actions, divided by a line; absent actions are left out. */
  groups: Array<Array<Action | undefined>>;
  onClose: () => void;
}

/** The menu of a mark. Arrow keys move, Enter takes, Escape closes. */
export function ActionMenu({ x, y, title, subtitle, groups, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const shown = groups
    .map((group) => group.filter((action): action is Action => action !== undefined))
    .filter((group) => group.length > 0);
  return (
    <ContextMenu
      x={x}
      y={y}
      onClose={onClose}
      renderHeader={() => (
        <div className={styles.header} data-testid={testIds.menu}>
          <div className={styles.title}>{title}</div>
          {subtitle && <div className={styles.subtitle}>{subtitle}</div>}
          {shown.length === 0 && <div className={styles.subtitle}>Nothing can be opened from this data source.</div>}
        </div>
      )}
      renderMenuItems={() =>
        shown.map((group, index) => (
          <React.Fragment key={index}>
            {index > 0 && <Menu.Divider />}
            {group.map((action) => (
              <Menu.Item
                key={action.label}
                label={action.label}
                description={action.disabled ?? action.description}
                disabled={action.disabled !== undefined}
                icon={action.icon}
                url={action.href}
                target={action.target}
                onClick={action.run}
              />
            ))}
          </React.Fragment>
        ))
      }
    />
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    header: css({
      padding: theme.spacing(1),
      maxWidth: 360,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      overflowWrap: 'anywhere',
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium, fontSize: theme.typography.bodySmall.fontSize }),
    subtitle: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}
