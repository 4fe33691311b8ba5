import React from 'react';
import { Combobox, Field, FieldSet, Input } from '@grafana/ui';

import type { Settings } from './use-settings';

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => ({
  value: zone,
  label: zone,
}));

/** What queries that do not say otherwise use. */
export function DefaultsSection({ settings }: { settings: Settings }) {
  const { options, disabled, set } = settings;
  return (
    <FieldSet label="Defaults">
      <Field
        label="Dataset"
        description="Where queries look that name none. “requests” is the lake."
        htmlFor="apitrail-dataset"
        disabled={disabled}
      >
        <Input
          id="apitrail-dataset"
          width={30}
          placeholder="requests"
          value={options.jsonData.dataset ?? ''}
          onChange={(event) => set({ dataset: event.currentTarget.value.trim() || undefined })}
        />
      </Field>
      <Field
        label="Time zone"
        description="Days and hours of queries without a dashboard, such as those of alert rules."
        htmlFor="apitrail-timezone"
        disabled={disabled}
      >
        <Combobox
          id="apitrail-timezone"
          width={30}
          isClearable
          disabled={disabled}
          placeholder="UTC"
          options={ZONES}
          value={options.jsonData.timezone ?? null}
          onChange={(option) => set({ timezone: option?.value })}
        />
      </Field>
    </FieldSet>
  );
}
