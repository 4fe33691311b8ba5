import { type DataFrame, type DataSourceInstanceSettings, FieldType, toDataFrame } from '@grafana/data';

import { finishFrames } from './finish-frames';

const tempo = { uid: 'tempo-1', name: 'Tempo', type: 'tempo' } as DataSourceInstanceSettings;
const jaeger = { uid: 'j', name: 'Jaeger', type: 'jaeger' } as DataSourceInstanceSettings;

const table = toDataFrame({
  fields: [
    { name: 'route', type: FieldType.string, values: ['/a'] },
    { name: 'trace_id', type: FieldType.string, values: ['abc'] },
  ],
});
const logs = toDataFrame({
  meta: { type: 'log-lines' },
  fields: [
    { name: 'timestamp', type: FieldType.time, values: [1, 2] },
    { name: 'body', type: FieldType.string, values: ['x', 'y'] },
    { name: 'labels', type: FieldType.other, values: [{ trace_id: 'abc' }, {}] },
  ],
});
const traceField = (frame: DataFrame) => frame.fields.find(({ name }) => name === 'trace_id');

it('links the trace ids of a table to the tracing data source', () => {
  const [frame] = finishFrames([table], tempo) as DataFrame[];
  expect(traceField(frame!)!.config.links).toEqual([
    expect.objectContaining({
      internal: {
        datasourceUid: 'tempo-1',
        datasourceName: 'Tempo',
        query: { refId: 'A', query: '${__value.raw}', queryType: 'traceql' },
      },
    }),
  ]);
});

it('gives log lines the trace id as a field that links, and nothing where there is none', () => {
  const [frame] = finishFrames([logs], jaeger) as DataFrame[];
  expect(traceField(frame!)).toMatchObject({
    values: ['abc', null],
    config: { links: [{ internal: { query: { query: '${__value.raw}' } } }] },
  });
});

it('leaves frames as they are without a tracing data source, or without trace ids', () => {
  expect(finishFrames([table, logs], undefined)).toEqual([table, logs]);
  const without = toDataFrame({ fields: [{ name: 'route', type: FieldType.string, values: ['/a'] }] });
  expect(finishFrames([without], tempo)).toEqual([without]);
});
