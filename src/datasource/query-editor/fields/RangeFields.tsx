import React, { useEffect, useState } from 'react';
import { Combobox, Stack } from '@grafana/ui';
import { type DatasetInfo } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { FormField } from './FormField';
import { TextField } from './TextField';

interface RangeFieldsProps {
  dataset: string | undefined;
  timezone: string | undefined;
  interval: string | undefined;
  onChange: (patch: { dataset?: string; timezone?: string; interval?: string }, options?: { run?: boolean }) => void;
  /** Whether the answer has buckets. */
  buckets: boolean;
}

/** What every query type takes: dataset, time zone and width of buckets. */
export function RangeFields({ dataset, timezone, interval, onChange, buckets }: RangeFieldsProps) {
  const { dataSource } = useEditor();
  const [datasets, setDatasets] = useState<DatasetInfo[]>([]);
  useEffect(() => {
    let wanted = true;
    dataSource.resources.datasets().then(
      (found) => wanted && setDatasets(found),
      () => undefined
    );
    return () => {
      wanted = false;
    };
  }, [dataSource]);

  return (
    <Stack direction="row" wrap="wrap" gap={1}>
      <FormField label="Dataset" path="dataset">
        {({ id, invalid }) => (
          <Combobox
            id={id}
            width={20}
            invalid={invalid}
            isClearable
            createCustomValue
            placeholder={dataSource.defaultDataset ?? 'requests'}
            options={datasets.map(({ name, description }) => ({ value: name, label: name, description }))}
            value={dataset ?? null}
            onChange={(option) => onChange({ dataset: option?.value })}
          />
        )}
      </FormField>
      <FormField label="Time zone" path="timezone">
        {({ id, invalid }) => (
          <Combobox
            id={id}
            width={24}
            invalid={invalid}
            isClearable
            createCustomValue
            placeholder="The dashboard's"
            options={ZONES}
            value={timezone ?? null}
            onChange={(option) => onChange({ timezone: option?.value })}
          />
        )}
      </FormField>
      {buckets && (
        <TextField
          label="Interval"
          width={12}
          path="interval"
          placeholder="auto"
          value={interval}
          onChange={(text, options) => onChange({ interval: text }, options)}
        />
      )}
    </Stack>
  );
}

const ZONES = [
  { value: 'browser', label: "The browser's" },
  ...['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => ({
    value: zone,
    label: zone,
  })),
];
