import React from 'react';
import { config } from '@grafana/runtime';
import { Alert, LinkButton } from '@grafana/ui';

import dataSourcePlugin from '../datasource/plugin.json';

/** How to get a data source where there is none. */
export function NoDataSource() {
  return (
    <Alert severity="info" title="There is no Apitrail data source yet">
      <p>
        Start the companion with <code>apitrail serve</code>, make it a key with{' '}
        <code>apitrail keys add --scope query</code>, and give both to a new data source. An administrator can do this.
      </p>
      <LinkButton icon="plus" href={`${config.appSubUrl}/connections/datasources/${dataSourcePlugin.id}`}>
        Add a data source
      </LinkButton>
    </Alert>
  );
}
