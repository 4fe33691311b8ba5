import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Switch, useStyles2 } from '@grafana/ui';

import { FormField } from './FormField';

interface SwitchFieldProps {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  description?: string;
  path?: string;
}

export function SwitchField({ label, value, onChange, description, path }: SwitchFieldProps) {
  const styles = useStyles2(getStyles);
  return (
    <FormField label={label} description={description} path={path}>
      {({ id }) => (
        <div className={styles.line}>
          <Switch id={id} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />
        </div>
      )}
    </FormField>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // As high as the fields beside it.
  line: css({ display: 'flex', alignItems: 'center', height: theme.spacing(theme.components.height.md) }),
});
