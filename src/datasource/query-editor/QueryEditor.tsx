import React, { type KeyboardEvent, useEffect, useMemo } from 'react';
import { css } from '@emotion/css';
import {
  getDefaultTimeRange,
  type GrafanaTheme2,
  type PanelData,
  type QueryEditorProps as GrafanaProps,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { Stack, useStyles2 } from '@grafana/ui';
import { QUERY_SCHEMAS, type QueryType } from '@apitrail/contract';

import type { ApitrailDataSource } from '../apitrail-data-source';
import { forApp } from '../explore/for-app';
import { hasQuestion } from '../has-question';
import { migrateQuery } from '../migrate-query';
import type { ApitrailOptions, ApitrailQuery } from '../types';
import { Assistant } from './asking/assistant';
import { changeType } from './change-type';
import { type Editor, EditorContext } from './editor-context';
import { FormField } from './fields/FormField';
import { Picker } from './fields/Picker';
import { type AnyForm, QUERY_TYPE_FORMS } from './forms';
import { Preview } from './Preview';
import { resolve } from './resolve';
import { useQueryMode } from './sql/use-query-mode';
import { useEditedQuery } from './use-edited-query';

export type QueryEditorProps = GrafanaProps<ApitrailDataSource, ApitrailQuery, ApitrailOptions>;

const TYPES = Object.values(QUERY_TYPE_FORMS).map(({ type, label, description }) => ({
  value: type,
  label,
  description,
}));

/** A form per query type, and what will run. */
export function QueryEditor(props: QueryEditorProps) {
  const { app, datasource, query: saved, onChange, onRunQuery, data, range: given } = props;
  const query = useMemo(() => forApp(withType(migrateQuery(saved)), app), [saved, app]);
  useKeepFormat(saved, query, onChange);
  const change = useEditedQuery(query, onChange, onRunQuery);
  const request = data?.request;
  const range = useMemo(() => request?.range ?? given ?? getDefaultTimeRange(), [request, given]);
  const resolveContext = { ...request, range };
  const begun = hasQuestion(query);
  const checked = resolve(datasource, query, resolveContext);
  // What nobody has written yet is not wrong.
  const resolved = begun ? checked : { ...checked, problem: undefined };
  const assistant = useMemo(() => new Assistant(datasource), [datasource]);
  const variables = useMemo(() => variableNames(), []);
  const editor: Editor = {
    dataSource: datasource,
    dataset: query.dataset || datasource.defaultDataset,
    range,
    problem: resolved.problem,
    error: errorOf(data, query.refId),
    run: onRunQuery,
    variables,
    filters: query.filters,
    assistant,
    resolveContext,
  };
  const mode = useQueryMode(query, {
    variables,
    timezone: typeof resolved.query.timezone === 'string' ? resolved.query.timezone : 'UTC',
    onChange: (next) => {
      onChange(next);
      onRunQuery();
    },
  });
  const { description, Form } = QUERY_TYPE_FORMS[query.queryType];
  const TypeForm = Form as AnyForm;
  const styles = useStyles2(getStyles);

  return (
    <EditorContext.Provider value={editor}>
      <div
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            onRunQuery();
          }
        }}
      >
        <Stack direction="column" gap={1}>
          <Stack direction="row" wrap="wrap" gap={1} alignItems="flex-end">
            <FormField label="Query type">
              {({ id }) => (
                <Picker id={id} width={25} options={TYPES} value={query.queryType} onChange={mode.chooseType} />
              )}
            </FormField>
            {mode.control}
            <p className={styles.description}>{description}</p>
          </Stack>
          {mode.notice}
          <TypeForm key={query.queryType} query={query} onChange={change} />
          <Preview resolved={resolved} />
        </Stack>
      </div>
    </EditorContext.Provider>
  );
}

/** Saves the format that the app decided, so that what is added to a dashboard from Explore stays as it was seen. */
function useKeepFormat(saved: ApitrailQuery, query: ApitrailQuery, onChange: (query: ApitrailQuery) => void) {
  const decided = 'format' in saved ? undefined : query.format;
  useEffect(() => {
    if (decided) {
      onChange(query);
    }
    // Once per decision: `onChange` and `query` are new with every render of Grafana's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [decided]);
}

/** What the last answer to the query failed with. */
function errorOf(data: PanelData | undefined, refId: string): string | undefined {
  const own = data?.errors?.find((error) => error.refId === refId || error.refId === undefined);
  return own && (own.data?.message ?? own.message);
}

/** A query that came from another data source has no type of ours. */
function withType(query: ApitrailQuery): ApitrailQuery {
  return Object.hasOwn(QUERY_SCHEMAS, query.queryType ?? '') ? query : changeType(query, 'traffic' satisfies QueryType);
}

/** Dashboard variables that may stand for a value; ad hoc filters are added to every query anyway. */
function variableNames(): string[] {
  return getTemplateSrv()
    .getVariables()
    .filter(({ type }) => type !== 'adhoc' && type !== 'datasource')
    .map(({ name }) => `$${name}`);
}

const getStyles = (theme: GrafanaTheme2) => ({
  // On the line of the fields beside it; as long as it must be where it stands below them.
  description: css({
    ...theme.typography.bodySmall,
    display: 'flex',
    alignItems: 'center',
    minHeight: theme.spacing(theme.components.height.md),
    margin: 0,
    color: theme.colors.text.secondary,
  }),
});
