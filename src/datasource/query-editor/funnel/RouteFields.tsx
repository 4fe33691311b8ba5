import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';

import { Picker } from '../fields/Picker';
import { routeOf, routeText, type StepRoute } from './routes';
import { useRouteOptions } from './use-routes';

interface RouteFieldsProps {
  /** Such as "Step 1"; the names of the fields start with it. */
  name: string;
  routes: StepRoute[];
  onChange: (routes: StepRoute[]) => void;
  /** What an empty field says. */
  placeholder: string;
}

/** Endpoints of which a step is a request: one that was seen, or any of several. */
export function RouteFields({ name, routes, onChange, placeholder }: RouteFieldsProps) {
  const styles = useStyles2(getStyles);
  const load = useRouteOptions();
  const [alternatives, setAlternatives] = useState(false);
  const shown = routes.length === 0 || alternatives ? [...routes, undefined] : routes;
  const setRoute = (index: number, text: string) => {
    const route = routeOf(text);
    if (route) {
      const next = [...routes.slice(0, index), route, ...routes.slice(index + 1)];
      setAlternatives(false);
      onChange(next.filter((one, at) => next.findIndex((other) => routeText(other) === routeText(one)) === at));
    }
  };
  const remove = (index: number) => {
    setAlternatives(false);
    if (index < routes.length) {
      onChange(routes.filter((_, at) => at !== index));
    }
  };
  return (
    <div className={styles.fields}>
      {shown.map((route, index) => {
        const label = index === 0 ? `${name} request` : `${name} request ${index + 1}`;
        return (
          <div key={index} className={styles.field}>
            {index > 0 && <span className={styles.or}>or</span>}
            <div className={styles.picker}>
              <Picker
                name={label}
                placeholder={index === 0 ? placeholder : 'Another request that will do'}
                options={load}
                value={route ? routeText(route) : null}
                onChange={(text) => setRoute(index, text)}
                onClear={() => remove(index)}
              />
            </div>
            {index > 0 && (
              <IconButton
                name="times"
                size="sm"
                tooltip={`Remove ${label.charAt(0).toLowerCase()}${label.slice(1)}`}
                onClick={() => remove(index)}
              />
            )}
            {index === shown.length - 1 && route && (
              <IconButton
                name="plus"
                size="sm"
                tooltip={`${name}: or another request`}
                onClick={() => setAlternatives(true)}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  fields: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5), minWidth: 0 }),
  field: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), minWidth: 0 }),
  picker: css({ flex: '1 1 auto', minWidth: 0, maxWidth: theme.spacing(60) }),
  or: css({ color: theme.colors.text.secondary }),
});
