import React, { useMemo } from 'react';
import { getDefaultTimeRange, type QueryEditorProps } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Stack } from '@grafana/ui';

import type { ApitrailDataSource } from '../apitrail-data-source';
import { type Editor, EditorContext } from '../query-editor/editor-context';
import { ChoiceField } from '../query-editor/fields/ChoiceField';
import { KeyField } from '../query-editor/fields/KeyField';
import { NumberField } from '../query-editor/fields/NumberField';
import { TextField } from '../query-editor/fields/TextField';
import { FiltersField } from '../query-editor/filters/FiltersField';
import type { ApitrailOptions, ApitrailQuery, ApitrailVariableQuery } from '../types';

export type VariableEditorProps = QueryEditorProps<
  ApitrailDataSource,
  ApitrailQuery,
  ApitrailOptions,
  ApitrailVariableQuery
>;

const KINDS = [
  { value: 'values' as const, label: 'Values of a key', description: 'Most frequent first.' },
  { value: 'keys' as const, label: 'Keys', description: 'Columns of the record and attributes, to group by.' },
  { value: 'metrics' as const, label: 'Metrics', description: 'Everything a query can measure.' },
  { value: 'datasets' as const, label: 'Datasets', description: 'The lake and the external datasets beside it.' },
];

/** What a dashboard variable lists. */
export function VariableForm({ datasource, query: saved, onChange, range }: VariableEditorProps) {
  // A new variable comes as an empty text or without a kind.
  const query: ApitrailVariableQuery = typeof saved === 'object' && saved ? saved : { refId: 'variable' };
  const kind = query.kind ?? 'values';
  const change = (patch: Partial<ApitrailVariableQuery>) => {
    onChange({ ...query, kind, ...patch });
  };
  const variables = useMemo(
    () =>
      getTemplateSrv()
        .getVariables()
        .map(({ name }) => `$${name}`),
    []
  );
  const editor: Editor = {
    dataSource: datasource,
    dataset: query.dataset || datasource.defaultDataset,
    range: range ?? getDefaultTimeRange(),
    problem: undefined,
    variables,
  };
  return (
    <EditorContext.Provider value={editor}>
      <Stack direction="column" gap={1}>
        <Stack direction="row" wrap="wrap" gap={1}>
          <ChoiceField
            label="List"
            fallback="values"
            value={kind}
            options={KINDS}
            onChange={(next) => change({ kind: next })}
          />
          {kind === 'values' && (
            <KeyField label="Key" value={query.keyName} onChange={(keyName) => change({ keyName })} />
          )}
          {(kind === 'values' || kind === 'keys') && (
            <TextField
              label="Dataset"
              width={20}
              placeholder={datasource.defaultDataset ?? 'requests'}
              value={query.dataset}
              onChange={(dataset) => change({ dataset })}
            />
          )}
          {kind === 'values' && (
            <NumberField
              label="Values"
              fallback={200}
              min={1}
              max={5000}
              value={query.limit}
              onChange={(limit) => change({ limit })}
            />
          )}
        </Stack>
        {kind === 'values' && (
          <FiltersField
            label="Of requests where"
            description="Give the All option the custom value .* and a filter on the variable is left out when All is chosen."
            value={query.filters}
            onChange={(filters) => change({ filters })}
          />
        )}
      </Stack>
    </EditorContext.Provider>
  );
}
