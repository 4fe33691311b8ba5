import React, { useEffect, useMemo, useState } from 'react';
import {
  arrayToDataFrame,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  LoadingState,
  type MetricFindValue,
} from '@grafana/data';

import type { ApitrailVariableQuery } from '../../src/datasource/types';
import { VariableEditor } from '../../src/datasource/variables/VariableEditor';
import { ApitrailVariableSupport } from '../../src/datasource/variables/variable-support';
import { TablePanel } from '../components/TablePanel';
import { type EditorProps, startOf, TIMEZONE } from './editor-props';
import { Workbench } from './Workbench';

interface Answer {
  state: LoadingState;
  values: MetricFindValue[];
  error?: string;
}

const START: ApitrailVariableQuery = { refId: 'variable' };
const ASKING: Answer = { state: LoadingState.Loading, values: [] };

/** What a dashboard variable lists, and the list. */
export function VariableForms({ dataSource, timeRange, refresh, given }: EditorProps) {
  const [query, setQuery] = useState(() => startOf(given, START));
  const [answer, setAnswer] = useState(ASKING);
  const [variables] = useState(() => new ApitrailVariableSupport(dataSource));

  useEffect(() => {
    setAnswer(({ values }) => ({ ...ASKING, values }));
    const request: DataQueryRequest<ApitrailVariableQuery> = {
      app: CoreApp.Dashboard,
      requestId: 'playground-variable',
      targets: [{ ...query, datasource: dataSource.getRef() }],
      range: timeRange,
      timezone: TIMEZONE,
      interval: '1m',
      intervalMs: 60_000,
      scopedVars: {},
      startTime: Date.now(),
    };
    const fail = (message: string) => setAnswer({ state: LoadingState.Error, values: [], error: message });
    const subscription = variables.query(request).subscribe({
      next: ({ data, errors }: DataQueryResponse) =>
        errors?.[0]
          ? fail(errors[0].message ?? 'The query failed.')
          : setAnswer({ state: LoadingState.Done, values: data as unknown as MetricFindValue[] }),
      error: (error: { data?: { message?: string }; message?: string }) =>
        fail(error.data?.message ?? error.message ?? 'The query failed.'),
    });
    return () => subscription.unsubscribe();
  }, [dataSource, variables, query, timeRange, refresh]);

  const { state, values, error } = answer;
  const data = useMemo(
    () => ({
      state: LoadingState.Done,
      series: [arrayToDataFrame(values.map(({ text, value }) => ({ text, value: value ?? text })))],
      timeRange,
    }),
    [values, timeRange]
  );
  return (
    <Workbench
      title="Values"
      state={state}
      summary={`${values.length} values`}
      error={error}
      form={
        <VariableEditor
          datasource={dataSource}
          query={query}
          range={timeRange}
          onChange={setQuery}
          onRunQuery={() => undefined}
        />
      }
    >
      {(width) =>
        values.length > 0 ? <TablePanel data={data} timezone={TIMEZONE} width={width} height={420} /> : null
      }
    </Workbench>
  );
}
