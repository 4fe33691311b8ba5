import React, { useEffect, useMemo, useState } from 'react';
import {
  arrayToDataFrame,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  LoadingState,
  type MetricFindValue,
  type TimeRange,
} from '@grafana/data';

import type { ApitrailVariableQuery } from '../../src/datasource/types';
import { VariableEditor } from '../../src/datasource/variables/VariableEditor';
import { ApitrailVariableSupport } from '../../src/datasource/variables/variable-support';
import { TablePanel } from '../components/TablePanel';
import { TIMEZONE } from '../host/time-range';
import { type EditorProps, startOf } from './editor-props';
import { Workbench } from './Workbench';

interface Question {
  query: ApitrailVariableQuery;
  timeRange: TimeRange;
}

interface Answer {
  /** Undefined before the first. */
  of: Question | undefined;
  state: LoadingState;
  values: MetricFindValue[];
  error?: string;
}

const START: ApitrailVariableQuery = { refId: 'variable' };
const NONE: Answer = { of: undefined, state: LoadingState.Loading, values: [] };

/** What a dashboard variable lists, and the list. */
export function VariableForms({ dataSource, timeRange, refresh, given }: EditorProps) {
  const [query, setQuery] = useState(() => startOf(given, START));
  const [answer, setAnswer] = useState(NONE);
  const [variables] = useState(() => new ApitrailVariableSupport(dataSource));

  // Another object whenever it is asked again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const question = useMemo((): Question => ({ query, timeRange }), [query, timeRange, refresh]);

  useEffect(() => {
    const request: DataQueryRequest<ApitrailVariableQuery> = {
      app: CoreApp.Dashboard,
      requestId: 'playground-variable',
      targets: [{ ...question.query, datasource: dataSource.getRef() }],
      range: question.timeRange,
      timezone: TIMEZONE,
      interval: '1m',
      intervalMs: 60_000,
      scopedVars: {},
      startTime: Date.now(),
    };
    const fail = (message: string) =>
      setAnswer({ state: LoadingState.Error, of: question, values: [], error: message });
    const subscription = variables.query(request).subscribe({
      next: ({ data, errors }: DataQueryResponse) =>
        errors?.[0]
          ? fail(errors[0].message ?? 'The query failed.')
          : setAnswer({ state: LoadingState.Done, of: question, values: data as unknown as MetricFindValue[] }),
      error: (error: { data?: { message?: string }; message?: string }) =>
        fail(error.data?.message ?? error.message ?? 'The query failed.'),
    });
    return () => subscription.unsubscribe();
  }, [dataSource, variables, question]);

  const { values, error } = answer;
  const state = answer.of === question ? answer.state : LoadingState.Loading;
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
