import React, { useMemo } from 'react';
import { Stack } from '@grafana/ui';
import { ANNOTATION_KINDS, type AnnotationKind } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { FormField } from '../fields/FormField';
import { MultiPicker } from '../fields/MultiPicker';
import { NumberField } from '../fields/NumberField';
import { RangeFields } from '../fields/RangeFields';
import { FiltersField } from '../filters/FiltersField';
import type { FormProps, QueryTypeForm } from '../form-props';

const DESCRIPTIONS: Readonly<Record<AnnotationKind, { label: string; description: string }>> = {
  deploy: { label: 'Deploys', description: 'New versions of a service, seen in its requests or posted' },
  event: { label: 'Events', description: 'What happened, as it was posted' },
  incident: { label: 'Incidents', description: 'What went wrong, as it was posted' },
};

const KINDS = ANNOTATION_KINDS.map((kind) => ({ value: kind, ...DESCRIPTIONS[kind] }));
const NO_TAGS: string[] = [];

function AnnotationsForm({ query, onChange }: FormProps<'annotations'>) {
  const { variables } = useEditor();
  const tagOptions = useMemo(() => variables.map((name) => ({ value: name, label: name })), [variables]);
  return (
    <>
      <Stack direction="row" wrap="wrap" gap={1}>
        <FormField label="Kinds" path="kind">
          {({ id, invalid }) => (
            <MultiPicker<AnnotationKind>
              id={id}
              width={46}
              invalid={invalid}
              options={KINDS}
              value={query.kind ?? ANNOTATION_KINDS}
              onChange={(kind) => onChange({ kind: kind.length === 0 ? undefined : kind })}
            />
          )}
        </FormField>
        <FormField label="With a tag of" path="tags">
          {({ id, invalid }) => (
            <MultiPicker
              id={id}
              width={30}
              invalid={invalid}
              createCustomValue
              placeholder="Any, or none"
              options={tagOptions}
              value={query.tags ?? NO_TAGS}
              onChange={(tags: string[]) => onChange({ tags: tags.length === 0 ? undefined : tags })}
            />
          )}
        </FormField>
        <NumberField
          label="Most"
          path="limit"
          fallback={100}
          min={1}
          max={1000}
          value={query.limit}
          onChange={(limit, options) => onChange({ limit }, options)}
        />
      </Stack>
      <FiltersField
        value={query.filters}
        onChange={(filters) => onChange({ filters })}
        description="On service, environment and service_version; filters on anything else change nothing."
      />
      <RangeFields buckets={false} query={query} onChange={onChange} />
    </>
  );
}

export const annotationsForm: QueryTypeForm<'annotations'> = {
  type: 'annotations',
  label: 'Annotations',
  description: 'Deploys, events and incidents, as marks in time.',
  initial: {},
  Form: AnnotationsForm,
};
