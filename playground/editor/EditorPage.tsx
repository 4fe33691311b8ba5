import React, { useState } from 'react';
import { Tab, TabsBar } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { PageShell } from '../components/PageShell';
import { EDITOR_VIEW } from '../components/Toolbar';
import { AnnotationForms } from './AnnotationForms';
import { QueryForms } from './QueryForms';
import { SettingsForms } from './SettingsForms';
import { VariableForms } from './VariableForms';

const WEEK_MS = 7 * 86_400_000;

const FORMS = [
  { id: 'query', label: 'Query', Forms: QueryForms },
  { id: 'annotations', label: 'Annotations', Forms: AnnotationForms },
  { id: 'variable', label: 'Variable', Forms: VariableForms },
  { id: 'settings', label: 'Settings', Forms: SettingsForms },
] as const;

interface Props {
  dataSource: ApitrailDataSource;
  /** Time of the newest row of the lake, epoch milliseconds. */
  newest: number;
}

/**
 * Every form of the data source as Grafana hosts it, and beside it what comes of it: `/editor`, with the form in `?form=`
 * (query, annotations, variable or settings) and a query as JSON in `?query=`.
 */
export function EditorPage(props: Props) {
  const [search] = useState(() => new URLSearchParams(location.search));
  const [form, setForm] = useState<string>(() => FORMS.find(({ id }) => id === search.get('form'))?.id ?? 'query');
  const { Forms } = FORMS.find(({ id }) => id === form)!;
  return (
    <PageShell view={EDITOR_VIEW} lastMs={WEEK_MS} {...props}>
      {(state) => (
        <>
          <TabsBar>
            {FORMS.map(({ id, label }) => (
              <Tab key={id} label={label} active={id === form} onChangeTab={() => setForm(id)} />
            ))}
          </TabsBar>
          <Forms dataSource={props.dataSource} given={search.get('query')} {...state} />
        </>
      )}
    </PageShell>
  );
}
