import React from 'react';
import { DataSourcePicker } from '@grafana/runtime';
import { Field, FieldSet } from '@grafana/ui';

import type { Settings } from './use-settings';

/** Where values of requests lead to in other data sources. */
export function LinksSection({ settings }: { settings: Settings }) {
  const { options, disabled, set } = settings;
  return (
    <FieldSet label="Links">
      <Field
        label="Traces"
        description="Tracing data source, such as Tempo, in which the trace id of a request is opened."
        htmlFor="apitrail-traces"
        disabled={disabled}
      >
        <DataSourcePicker
          inputId="apitrail-traces"
          width={30}
          tracing
          noDefault
          placeholder="None"
          disabled={disabled}
          current={options.jsonData.traceDatasourceUid ?? null}
          onChange={({ uid }) => set({ traceDatasourceUid: uid })}
          onClear={() => set({ traceDatasourceUid: undefined })}
        />
      </Field>
    </FieldSet>
  );
}
