import React, { useMemo } from 'react';
import { getDefaultTimeRange, type QueryEditorProps } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Stack } from '@grafana/ui';

import type { ApitrailDataSource } from '../apitrail-data-source';
import { migrateQuery } from '../migrate-query';
import { type Editor, EditorContext } from '../query-editor/editor-context';
import type { Change } from '../query-editor/form-props';
import { QUERY_TYPE_FORMS } from '../query-editor/forms';
import { Preview } from '../query-editor/Preview';
import { resolve } from '../query-editor/resolve';
import { useEditedQuery } from '../query-editor/use-edited-query';
import type { ApitrailOptions, ApitrailQuery, ApitrailQueryOf } from '../types';
import { annotationsQuery } from './annotations-query';

export type AnnotationEditorProps = QueryEditorProps<ApitrailDataSource, ApitrailQuery, ApitrailOptions>;

/** Which annotations a dashboard shows: the form of the query type, without a choice of other types. */
export function AnnotationForm({
  datasource,
  query: saved,
  onChange,
  onRunQuery,
  range: given,
}: AnnotationEditorProps) {
  const query = useMemo(() => migrateQuery(annotationsQuery(saved)), [saved]);
  const change = useEditedQuery(query, onChange, onRunQuery ?? (() => undefined));
  const range = useMemo(() => given ?? getDefaultTimeRange(), [given]);
  const resolved = resolve(datasource, query, { range });
  const variables = useMemo(
    () =>
      getTemplateSrv()
        .getVariables()
        .filter(({ type }) => type !== 'adhoc' && type !== 'datasource')
        .map(({ name }) => `$${name}`),
    []
  );
  const editor: Editor = {
    dataSource: datasource,
    dataset: query.dataset || datasource.defaultDataset,
    range,
    problem: resolved.problem,
    variables,
  };
  const { Form } = QUERY_TYPE_FORMS.annotations;
  return (
    <EditorContext.Provider value={editor}>
      <Stack direction="column" gap={1}>
        <Form query={query} onChange={change as Change<ApitrailQueryOf<'annotations'>>} />
        <Preview resolved={resolved} />
      </Stack>
    </EditorContext.Provider>
  );
}
