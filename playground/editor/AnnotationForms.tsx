import React, { useMemo, useState } from 'react';
import { type DataFrame, FieldType, LoadingState } from '@grafana/data';

import { AnnotationEditor } from '../../src/datasource/annotations/AnnotationEditor';
import type { ApitrailQuery } from '../../src/datasource/types';
import { TablePanel } from '../components/TablePanel';
import { useAnnotations } from '../components/use-annotations';
import { TIMEZONE } from '../host/time-range';
import type { ViewAnnotation } from '../views';
import { type EditorProps, startOf } from './editor-props';
import { Workbench } from './Workbench';

const NO_FILTERS: never[] = [];
const START = { refId: 'Anno', queryType: 'annotations' } as ApitrailQuery;

/** What an annotation of a dashboard is set up with, and the marks that it would draw. */
export function AnnotationForms({ dataSource, timeRange, refresh, given }: EditorProps) {
  const [query, setQuery] = useState(() => startOf(given, START));
  const [asked, setAsked] = useState(query);
  const annotations = useMemo(
    () => [{ name: 'Annotations', iconColor: 'blue', query: asked as ViewAnnotation['query'] }],
    [asked]
  );
  const question = { dataSource, annotations, timeRange, timezone: TIMEZONE, filters: NO_FILTERS, refresh };
  const { state, frames, error } = useAnnotations(question);
  const [marks] = frames;
  const data = useMemo(
    () => ({ state: LoadingState.Done, series: marks ? [asRows(marks)] : [], timeRange }),
    [marks, timeRange]
  );
  return (
    <Workbench
      title="Marks"
      state={state}
      summary={`${marks?.length ?? 0} in the range`}
      error={error}
      form={
        <AnnotationEditor
          datasource={dataSource}
          query={query}
          range={timeRange}
          onChange={setQuery}
          onRunQuery={() =>
            setQuery((newest) => {
              setAsked(newest);
              return newest;
            })
          }
        />
      }
    >
      {(width) =>
        marks?.length ? (
          <TablePanel data={data} timezone={TIMEZONE} width={width} height={420} />
        ) : (
          <p>Nothing happened in the range that the filters let through. A longer range may show more.</p>
        )
      }
    </Workbench>
  );
}

/** What a person reads of annotations: when, what, and its tags in a line. */
function asRows(marks: DataFrame): DataFrame {
  const fields = ['time', 'title', 'text', 'tags'].flatMap(
    (name) => marks.fields.find((field) => field.name === name) ?? []
  );
  return {
    ...marks,
    fields: fields.map((field) =>
      field.name === 'tags'
        ? { ...field, type: FieldType.string, values: field.values.map((tags: string[]) => tags.join(', ')) }
        : field
    ),
  };
}
