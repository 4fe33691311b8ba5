import React, { useEffect, useState } from 'react';
import { Stack } from '@grafana/ui';
import { type DatasetInfo, type QueryType } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { type Compared, CompareFields } from './CompareFields';
import { FormField } from './FormField';
import { Picker } from './Picker';
import { TextField } from './TextField';

interface RangeOf extends Compared {
  dataset?: string;
  timezone?: string;
  interval?: string;
}

interface RangeFieldsProps {
  query: RangeOf & { queryType: QueryType; format?: string };
  onChange: (patch: RangeOf, options?: { run?: boolean }) => void;
  /** Whether the answer has buckets. */
  buckets: boolean;
}

/** What every query type takes: dataset, time zone, width of buckets, and the time it is compared with. */
export function RangeFields({ query, onChange, buckets }: RangeFieldsProps) {
  const { dataset, timezone, interval } = query;
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
          <Picker
            id={id}
            width={20}
            invalid={invalid}
            createCustomValue
            placeholder={dataSource.defaultDataset ?? 'requests'}
            options={datasets.map(({ name, description }) => ({ value: name, label: name, description }))}
            value={dataset ?? null}
            onChange={(value) => onChange({ dataset: value })}
            onClear={() => onChange({ dataset: undefined })}
          />
        )}
      </FormField>
      <FormField label="Time zone" path="timezone">
        {({ id, invalid }) => (
          <Picker
            id={id}
            width={24}
            invalid={invalid}
            createCustomValue
            placeholder="The dashboard's"
            options={ZONES}
            value={timezone ?? null}
            onChange={(value) => onChange({ timezone: value })}
            onClear={() => onChange({ timezone: undefined })}
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
      <CompareFields query={query} onChange={onChange} />
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
