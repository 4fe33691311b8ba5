import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Frame } from './frames';
import type { QueryResponse } from './wire';
import { writeFrame } from './write-frame';

const FOLDER = join(__dirname, '..', 'tests', 'data', 'frames');
const T = 1_767_225_600_000;

/** What the writer makes, as files that `go test ./pkg/...` decodes with Grafana's own SDK. */
const CASES: Record<string, Frame[]> = {
  types: [
    {
      name: 'every type, each with a null',
      fields: [
        { name: 'time', type: 'time', values: [T, T + 60_000, null] },
        { name: 'number', type: 'number', values: [1, 0.5, null] },
        { name: 'string', type: 'string', values: ['/orders/{id}', '', null] },
        { name: 'boolean', type: 'boolean', values: [true, false, null] },
        { name: 'json', type: 'json', values: [{ plan: 'free' }, [1, null, 2.5], null] },
      ],
    },
    // The SDK reads the first column by another way than the rest.
    { name: 'number first', fields: [{ name: 'n', type: 'number', values: [1e21, 5e-324, -0.1, 1e300, null] }] },
    { name: 'string first', fields: [{ name: 's', type: 'string', values: ['a', null] }] },
    { name: 'boolean first', fields: [{ name: 'b', type: 'boolean', values: [null, true] }] },
    { name: 'json first', fields: [{ name: 'j', type: 'json', values: [[1, 2], null, 'text', 7, { a: {} }] }] },
  ],
  series: [
    {
      name: 'GET /orders',
      meta: { type: 'timeseries-multi', preferredVisualisationType: 'graph' },
      fields: [
        { name: 'time', type: 'time', values: [T, T + 60_000], config: { interval: 60_000 } },
        {
          name: 'p95',
          type: 'number',
          values: [12.5, null],
          labels: { route: '/orders', 'attributes.käse und brot': 'ja “nein”', empty: '' },
          config: { unit: 'ms', displayNameFromDS: 'p95 latency', description: '95th percentile.' },
        },
      ],
    },
    {
      meta: { type: 'timeseries-wide' },
      fields: [
        { name: 'time', type: 'time', values: [T, T + 0.25] },
        { name: 'a', type: 'number', values: [1, 2] },
        { name: 'b', type: 'number', values: [null, null] },
      ],
    },
  ],
  numeric: [
    {
      meta: { type: 'numeric-long' },
      fields: [
        { name: 'service', type: 'string', values: ['cart', 'payment', ''] },
        { name: 'error_rate', type: 'number', values: [0.01, null, 0], config: { unit: 'percentunit' } },
      ],
    },
  ],
  entities: [
    {
      fields: [
        { name: 'first', type: 'number', values: [NaN, 1, Infinity, -Infinity] },
        { name: 'none', type: 'number', values: [1, 2, 3, 4] },
        { name: 'last', type: 'number', values: [1, -Infinity, null, NaN] },
      ],
    },
  ],
  nanos: [
    {
      fields: [
        { name: 'first', type: 'time', values: [T + 0.001, null, T + 0.999, -0.5] },
        { name: 'text', type: 'string', values: ['a', 'b', 'c', 'd'] },
        { name: 'whole', type: 'time', values: [T, T, null, 0] },
        { name: 'last', type: 'time', values: [null, T + 0.5, T, -8_000_000_000_000] },
        { name: 'number', type: 'number', values: [1, NaN, 3, 4] },
      ],
    },
  ],
  strings: [
    {
      name: 'lone \ud800 surrogate',
      fields: [
        {
          name: 'text \udfff',
          type: 'string',
          values: ['a\ud800b', '\u0000', '"\\/\b\f\n\r\t', '\u2028\u2029', '😀', 'Ünïcödé', '</script>', '\u007f'],
        },
        {
          name: 'id',
          type: 'string',
          values: [18_446_744_073_709_551_615n, 9_007_199_254_740_993n, '1', '2', '3', '4', '5', '6'],
        },
        {
          name: 'json',
          type: 'json',
          values: [
            ['\ud800'],
            { '\u0000': '\u0000' },
            { '': '' },
            '\u2028',
            [NaN, 1n],
            { big: 2n ** 64n },
            [[[]]],
            new Date(0),
          ],
        },
      ],
    },
  ],
  config: [
    {
      name: 'configuration',
      fields: [
        {
          name: 'value',
          type: 'number',
          values: [1],
          config: {
            displayName: 'Value',
            displayNameFromDS: 'value',
            description: 'What it means.',
            unit: 'percentunit',
            decimals: 2,
            min: 0,
            max: 1,
            noValue: '–',
            filterable: true,
            links: [
              { title: 'Requests', url: '/explore?a=${__value.raw}', targetBlank: true },
              { title: 'Trace', url: 'https://example.org' },
            ],
            custom: { cellOptions: { type: 'sparkline' }, widths: [1, null] },
          },
        },
      ],
    },
  ],
  meta: [
    {
      name: 'meta',
      meta: {
        type: 'table',
        executedQueryString: "SELECT count(*)\nFROM requests\nWHERE route = '/orders/{id}'",
        notices: [
          { severity: 'info', text: 'The last bucket is not finished.' },
          { severity: 'warning', text: 'Only the first 500 requests are shown.', link: 'https://example.org' },
          { severity: 'error', text: 'A file is missing.' },
        ],
        stats: [
          { displayName: 'Rows read', value: 1_000_000, unit: 'short' },
          { displayName: 'Time taken', value: 12.3, unit: 'ms' },
        ],
        preferredVisualisationType: 'table',
        preferredVisualisationPluginId: 'apitrail-endpointheatmap-panel',
        uniqueRowIdFields: [0],
        custom: { apitrail: { queryType: 'endpoints', dataset: 'requests', from: T, to: T + 1, sampled: 0.25 } },
      },
      fields: [{ name: 'id', type: 'string', values: ['a'] }],
    },
    {
      meta: { type: 'log-lines', preferredVisualisationType: 'logs' },
      fields: [
        { name: 'timestamp', type: 'time', values: [T + 0.123] },
        { name: 'body', type: 'string', values: ['GET /orders 200'] },
        { name: 'severity', type: 'string', values: ['info'] },
        { name: 'id', type: 'string', values: ['1'] },
        { name: 'labels', type: 'json', values: [{ service: 'cart' }] },
      ],
    },
  ],
  empty: [
    { name: 'no rows', fields: (['time', 'number', 'string', 'boolean', 'json'] as const).map(emptyField) },
    {
      name: 'a series without points',
      meta: { type: 'timeseries-multi' },
      fields: (['time', 'number'] as const).map(emptyField),
    },
    { name: 'no fields', fields: [] },
  ],
};

function emptyField(type: 'time' | 'number' | 'string' | 'boolean' | 'json') {
  return { name: type, type, values: [] };
}

function answer(frames: readonly Frame[]): string {
  const response: QueryResponse = {
    results: { A: { status: 200, frames: frames.map((frame) => writeFrame(frame, 'A')) } },
  };
  return `${JSON.stringify(response)}\n`;
}

describe('the golden frames', () => {
  it.each(Object.entries(CASES))('writer-%s.json is what the writer makes', (name, frames) => {
    const file = join(FOLDER, `writer-${name}.json`);
    if (process.env.UPDATE_GOLDEN === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, answer(frames));
    }
    // Compared as text, because the order of keys matters.
    expect(readFileSync(file, 'utf8')).toBe(answer(frames));
  });
});
