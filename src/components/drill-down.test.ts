import { type Filter } from '@apitrail/contract';

import { heatmapFrame, heatmapMarker, START } from '../test-utils/frames';
import { panelData } from '../test-utils/panel-props';
import { anyOf, drillTargetOf, type DrillTarget, exploreRequestsPath, outsideOf } from './drill-down';

const same = (text: string) => text;
const route: Filter = { key: 'route', operator: '=', value: '/a' };

function requestOf(path: string) {
  const url = new URL(path, 'http://grafana');
  const { requests } = JSON.parse(url.searchParams.get('panes') ?? '{}');
  return { pathname: url.pathname, version: url.searchParams.get('schemaVersion'), ...requests };
}

describe('drillTargetOf', () => {
  it('takes data source, dataset and filters the answer was computed with', () => {
    const frame = heatmapFrame(
      [[0, 0, 1]],
      heatmapMarker({ dataset: 'logs', timezone: 'Europe/Berlin', filters: [route] })
    );
    expect(drillTargetOf(panelData([frame]), frame, same)).toEqual({
      datasource: { uid: 'lake', type: 'apitrail-requests-datasource' },
      dataset: 'logs',
      timezone: 'Europe/Berlin',
      filters: [route],
    });
  });

  it('resolves the variable of the data source', () => {
    const frame = heatmapFrame([[0, 0, 1]]);
    const data = panelData([frame]);
    const request = data.request && { ...data.request, targets: [{ refId: 'A', datasource: { uid: '${ds}' } }] };
    const replace = (text: string) => (text === '${ds}' ? 'chosen' : text);
    expect(drillTargetOf({ ...data, request }, frame, replace)?.datasource.uid).toBe('chosen');
  });

  it('finds the query of the frame among several', () => {
    const frame = { ...heatmapFrame([[0, 0, 1]]), refId: 'B' };
    const data = panelData([frame]);
    const targets = ['A', 'B'].map((refId) => ({ refId, datasource: { uid: `of ${refId}` } }));
    const request = data.request && { ...data.request, targets };
    expect(drillTargetOf({ ...data, request }, frame, same)?.datasource.uid).toBe('of B');
  });

  it('knows nothing to open for other data sources', () => {
    const frame = { ...heatmapFrame([[0, 0, 1]]), meta: {} };
    expect(drillTargetOf(panelData([frame]), frame, same)).toBeUndefined();
  });
});

describe('exploreRequestsPath', () => {
  const target: DrillTarget = { datasource: { uid: 'lake' }, filters: [route] };

  it('asks for the requests in that range', () => {
    const path = exploreRequestsPath(target, {
      filters: [{ key: 'status', operator: '>=', value: '400' }],
      from: START,
      to: START + 1,
    });
    expect(requestOf(path)).toMatchObject({
      pathname: '/explore',
      version: '1',
      datasource: 'lake',
      queries: [
        { refId: 'A', queryType: 'requests', filters: [route, { key: 'status', operator: '>=', value: '400' }] },
      ],
      range: { from: String(START), to: String(START + 1) },
    });
  });

  it('asks for the same filter once', () => {
    const { queries } = requestOf(exploreRequestsPath(target, { filters: [{ ...route }], from: 0, to: 1 }));
    expect(queries[0].filters).toEqual([route]);
  });

  it('names the dataset and the time zone only where they matter', () => {
    const plain = requestOf(exploreRequestsPath({ ...target, dataset: 'requests' }, { filters: [], from: 0, to: 1 }));
    expect(plain.queries[0]).not.toHaveProperty('dataset');
    const other = requestOf(
      exploreRequestsPath({ ...target, dataset: 'logs', timezone: 'UTC' }, { filters: [], from: 0, to: 1 })
    );
    expect(other.queries[0]).toMatchObject({ dataset: 'logs', timezone: 'UTC' });
  });

  it('widens the range to whole milliseconds', () => {
    expect(requestOf(exploreRequestsPath(target, { filters: [], from: 1.5, to: 2.5 })).range).toEqual({
      from: '1',
      to: '3',
    });
  });
});

describe('outsideOf and anyOf', () => {
  it('leaves out combinations of keys', () => {
    expect(outsideOf([{ service: 'a', route: null }])).toEqual([
      {
        any: [
          { key: 'service', operator: '!=', value: 'a' },
          { key: 'route', operator: 'exists' },
        ],
      },
    ]);
  });

  it('needs no group for one alternative', () => {
    expect(anyOf([[route]])).toEqual([route]);
    expect(anyOf([[route], []])).toEqual([{ any: [{ all: [route] }, { all: [] }] }]);
  });

  it('gives up beyond what a query may hold', () => {
    const many = Array.from({ length: 91 }, (_, i) => ({ service: 's', route: `/${i}` }));
    expect(outsideOf(many)).toBeUndefined();
    expect(anyOf(many.map(() => [route]))).toBeUndefined();
  });
});
