import React, { useState } from 'react';
import {
  AnnotationEventFieldSource,
  type AnnotationQuery,
  arrayToDataFrame,
  CoreApp,
  dateTime,
  type DataQueryRequest,
} from '@grafana/data';
import { setTemplateSrv } from '@grafana/runtime';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { parseQuery } from '@apitrail/contract';
import { lastValueFrom } from 'rxjs';

import goldenAnswer from '../../../tests/data/frames/query-annotations-table.json';
import { answerWith } from '../testing/backend';
import { dataSourceWith } from '../testing/data-source';
import { giveSizes } from '../testing/layout';
import { templateSrvWith } from '../testing/template-srv';
import type { ApitrailQuery } from '../types';
import { annotationEvents } from './annotation-events';
import { AnnotationForm } from './AnnotationForm';
import { textHtml } from './text-html';

// jsdom draws comboboxes slowly, and slower still on a busy machine.
jest.setTimeout(60_000);

const [from, to] = [dateTime('2026-11-02T10:00:00Z'), dateTime('2026-11-02T13:30:00Z')];

/** Asks as a dashboard does for one of its annotation queries. */
async function eventsOf(annotation: Partial<AnnotationQuery<ApitrailQuery>>) {
  const asked = answerWith(() => {
    const { A } = goldenAnswer.results;
    return {
      results: {
        Anno: { ...A, frames: A.frames.map((frame) => ({ ...frame, schema: { ...frame.schema, refId: 'Anno' } })) },
      },
    };
  });
  const dataSource = dataSourceWith({ service: { value: ['shop', 'cart'], multi: true } });
  const support = dataSource.annotations!;
  const prepared = support.prepareAnnotation!({ name: 'Deploys', enable: true, iconColor: 'blue', ...annotation });
  const query = support.prepareQuery!(prepared)!;
  const { data } = await lastValueFrom(
    dataSource.query({
      app: CoreApp.Dashboard,
      targets: [{ ...query, refId: 'Anno' }],
      range: { from, to, raw: { from, to } },
      scopedVars: {},
      filters: [{ key: 'status_class', operator: '=', value: '5xx' }],
    } as unknown as DataQueryRequest<ApitrailQuery>)
  );
  const events = await lastValueFrom(support.processEvents!(prepared, data));
  return { events: events!, query: asked[0]!.data.queries[0] as Record<string, unknown> };
}

describe('annotations of a dashboard', () => {
  it('are asked of the companion, with variables and ad hoc filters in place', async () => {
    const { query } = await eventsOf({
      target: {
        refId: 'Anno',
        queryType: 'annotations',
        kind: ['deploy'],
        filters: [{ key: 'service', operator: '=', value: '$service' }],
      },
    });
    const { datasource: _, ...asked } = query;
    expect(parseQuery(asked)).toMatchObject({
      queryType: 'annotations',
      kind: ['deploy'],
      filters: [
        { key: 'service', operator: '=|', values: ['shop', 'cart'] },
        { key: 'status_class', operator: '=', value: '5xx' },
      ],
    });
  });

  it('are marks and regions that Grafana does not take for its own', async () => {
    const { events } = await eventsOf({ target: { refId: 'Anno', queryType: 'annotations' } });
    expect(events).toEqual([
      {
        id: 0,
        time: Date.parse('2026-11-02T10:30:00Z'),
        timeEnd: undefined,
        isRegion: false,
        title: 'Deploy',
        text: 'by CI',
        tags: ['deploy', 'shop', 'production'],
      },
      {
        id: 0,
        time: Date.parse('2026-11-02T11:00:00Z'),
        timeEnd: Date.parse('2026-11-02T12:00:00Z'),
        isRegion: true,
        title: 'Sale',
        text: '',
        tags: ['event', 'shop', 'web'],
      },
    ]);
  });

  it('keep their ends in the frame that Grafana makes of them, though the first is a point', async () => {
    const { events } = await eventsOf({ target: { refId: 'Anno', queryType: 'annotations' } });
    const frame = arrayToDataFrame(events);
    expect(frame.fields.find(({ name }) => name === 'timeEnd')?.values).toEqual([
      undefined,
      Date.parse('2026-11-02T12:00:00Z'),
    ]);
  });

  it('are asked for where a dashboard has saved no query, or keeps it in the newer schema', async () => {
    expect((await eventsOf({})).query).toMatchObject({ queryType: 'annotations' });
    const query = { kind: 'DataQuery', spec: { refId: 'Anno', queryType: 'annotations', limit: 7 } };
    expect((await eventsOf({ query })).query).toMatchObject({ queryType: 'annotations', limit: 7 });
  });

  it('are left as they are saved: a new object would make Grafana’s editor prepare it again and again', () => {
    const annotation = { name: 'Deploys', enable: true, iconColor: 'blue' };
    expect(dataSourceWith().annotations!.prepareAnnotation!(annotation)).toBe(annotation);
  });

  it('take their parts from where the user says', async () => {
    const { events } = await eventsOf({
      mappings: {
        title: { source: AnnotationEventFieldSource.Text, value: 'Mark' },
        text: { source: AnnotationEventFieldSource.Field, value: 'tags', regex: '^(\\w+)' },
        tags: { source: AnnotationEventFieldSource.Skip },
      },
    });
    expect(events[0]).toMatchObject({ title: 'Mark', text: 'deploy', tags: [] });
  });

  it('are none where nothing has a time', () => {
    expect(annotationEvents([{ fields: [], length: 0 }])).toEqual([]);
  });
});

describe('what an annotation says', () => {
  it.each([
    ['<img src=x onerror=alert(1)> & "more"', '&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;'],
    ['one\ntwo', 'one<br />two'],
    [
      'see https://ci.example/run/7?a=1&b=2.',
      'see <a href="https://ci.example/run/7?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">https://ci.example/run/7?a=1&amp;b=2</a>.',
    ],
    [
      '(https://ci.example)',
      '(<a href="https://ci.example" target="_blank" rel="noopener noreferrer">https://ci.example</a>)',
    ],
    [
      '<https://ci.example>',
      '&lt;<a href="https://ci.example" target="_blank" rel="noopener noreferrer">https://ci.example</a>&gt;',
    ],
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('%j is no markup but for its links', (text, html) => {
    expect(textHtml(text)).toBe(html);
  });
});

it('are edited without a choice of other query types', async () => {
  giveSizes();
  answerWith(({ url }) => (url.endsWith('/keys') ? [] : [{ name: 'requests' }]));
  setTemplateSrv(templateSrvWith({}));
  let saved = { refId: 'Anno' } as ApitrailQuery;
  function Host() {
    const [query, setQuery] = useState(saved);
    return (
      <AnnotationForm
        datasource={dataSourceWith()}
        query={query}
        onChange={(next) => {
          saved = next;
          setQuery(next);
        }}
        onRunQuery={() => undefined}
      />
    );
  }
  await act(async () => {
    render(<Host />);
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(screen.queryByLabelText('Query type')).not.toBeInTheDocument();
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Most'), '7{Enter}');
  expect(parseQuery(saved)).toMatchObject({
    queryType: 'annotations',
    limit: 7,
    kind: ['deploy', 'event', 'incident'],
  });
});
