import React, { useMemo, useState } from 'react';
import { EventBusSrv, LoadingState } from '@grafana/data';
import { Combobox, PanelContextProvider, RadioButtonGroup } from '@grafana/ui';

import { QueryEditor } from '../../src/datasource/query-editor/LazyQueryEditor';
import type { ApitrailQuery } from '../../src/datasource/types';
import { PluginPanel } from '../components/PluginPanel';
import { TablePanel } from '../components/TablePanel';
import { TimeSeriesPanel } from '../components/TimeSeriesPanel';
import { usePanelData } from '../components/use-panel-data';
import { PANEL_PLUGINS } from '../host/panel-plugins';
import { rangeOf, TIMEZONE } from '../host/time-range';
import { type EditorProps, startOf } from './editor-props';
import { DRAWING_NAMES, drawingOf } from './shown-as';
import { Workbench } from './Workbench';

const ANSWER_HEIGHT = 520;
const START = { refId: 'A', queryType: 'traffic' } as ApitrailQuery;

/** The query editor, and the answer in the panel that draws it or as the rows it is. */
export function QueryForms({ dataSource, timeRange, onTimeRange, refresh, given }: EditorProps) {
  const [query, setQuery] = useState(() => startOf(given, START));
  const [asked, setAsked] = useState({ query, times: 0 });
  const [asTable, setAsTable] = useState(false);
  const [frame, setFrame] = useState(0);
  const [filters] = useState([]);
  const [panelContext] = useState(() => ({ eventsScope: 'playground', eventBus: new EventBusSrv() }));
  const data = usePanelData({
    dataSource,
    query: asked.query,
    timeRange,
    timezone: TIMEZONE,
    filters,
    width: ANSWER_HEIGHT * 2,
    refresh: refresh + asked.times,
  });
  const drawing = drawingOf(asked.query, data.series);
  const rows = data.series.reduce((sum, { length }) => sum + length, 0);
  const shownFrame = frame < data.series.length ? frame : 0;
  const rowsData = useMemo(
    () => ({ ...data, series: data.series.slice(shownFrame, shownFrame + 1) }),
    [data, shownFrame]
  );
  const table = asTable || drawing === undefined;

  return (
    <Workbench
      title="Answer"
      state={data.state}
      summary={`${count(data.series.length, 'frame')}, ${count(rows, 'row')}`}
      error={data.errors?.map(({ message }) => message).join(' ')}
      controls={
        <>
          {table && data.series.length > 1 && (
            <Combobox
              aria-label="Frame"
              width={28}
              options={data.series.map(({ name, fields }, index) => ({
                value: String(index),
                label: `${index + 1}: ${name ?? Object.values(fields.at(-1)?.labels ?? {}).join(' ') ?? ''}`,
              }))}
              value={String(shownFrame)}
              onChange={({ value }) => setFrame(Number(value))}
            />
          )}
          {drawing && (
            <RadioButtonGroup
              size="sm"
              aria-label="Shown as"
              options={[
                { value: false, label: DRAWING_NAMES[drawing] },
                { value: true, label: 'Table' },
              ]}
              value={asTable}
              onChange={setAsTable}
            />
          )}
        </>
      }
      form={
        <QueryEditor
          datasource={dataSource}
          query={query}
          data={data}
          range={timeRange}
          onChange={setQuery}
          onRunQuery={() =>
            // The change that comes with it is drawn first, as in Grafana.
            setQuery((newest) => {
              setAsked(({ times }) => ({ query: newest, times: times + 1 }));
              return newest;
            })
          }
        />
      }
    >
      {(width) => {
        if (data.series.length === 0 && (table || data.state !== LoadingState.Done)) {
          return null;
        }
        const size = { width, height: ANSWER_HEIGHT };
        if (table) {
          return <TablePanel data={rowsData} timezone={TIMEZONE} {...size} />;
        }
        if (drawing === 'time-series') {
          return (
            <TimeSeriesPanel data={data} timeRange={data.timeRange} timezone={TIMEZONE} stacked={false} {...size} />
          );
        }
        return (
          <PanelContextProvider value={panelContext}>
            <PluginPanel
              key={drawing}
              id={1}
              title="Answer"
              plugin={PANEL_PLUGINS[drawing]}
              options={{}}
              data={data}
              timeRange={data.timeRange}
              timezone={TIMEZONE}
              onChangeTimeRange={(from, to) => onTimeRange(rangeOf(from, to))}
              {...size}
            />
          </PanelContextProvider>
        );
      }}
    </Workbench>
  );
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
