import React, { useState } from 'react';
import { css } from '@emotion/css';
import { type DataSourceSettings, type GrafanaTheme2, LoadingState } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { ConfigEditor } from '../../src/datasource/config-editor/LazyConfigEditor';
import type { ApitrailOptions, ApitrailSecureOptions } from '../../src/datasource/types';
import type { EditorProps } from './editor-props';
import { Workbench } from './Workbench';

type Options = DataSourceSettings<ApitrailOptions, ApitrailSecureOptions>;

/** The settings of the data source, and what Grafana would keep of them. Nothing is kept here. */
export function SettingsForms({ dataSource }: EditorProps) {
  const styles = useStyles2(getStyles);
  const [options, setOptions] = useState<Options>({
    id: 1,
    uid: dataSource.uid,
    orgId: 1,
    name: dataSource.name,
    type: dataSource.type,
    typeName: 'Apitrail',
    typeLogoUrl: '',
    access: 'proxy',
    url: '',
    user: '',
    database: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: true,
    jsonData: {},
    secureJsonFields: {},
    readOnly: false,
    withCredentials: false,
  });
  const secrets = Object.entries(options.secureJsonData ?? {}).filter(([, value]) => value !== '');
  const kept = {
    name: options.name,
    type: options.type,
    access: options.access,
    url: options.url,
    jsonData: options.jsonData,
    ...(secrets.length > 0 && { secureJsonData: Object.fromEntries(secrets.map(([name]) => [name, '<secret>'])) }),
  };
  return (
    <Workbench
      title="As Grafana keeps them"
      state={LoadingState.Done}
      summary="To provision the data source with; the playground itself keeps nothing of it"
      form={<ConfigEditor options={options} onOptionsChange={setOptions} />}
    >
      {() => (
        <pre className={styles.text} aria-label="Settings" tabIndex={0}>
          {JSON.stringify(kept, null, 2)}
        </pre>
      )}
    </Workbench>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  text: css({ margin: 0, overflow: 'auto', maxHeight: theme.spacing(70) }),
});
