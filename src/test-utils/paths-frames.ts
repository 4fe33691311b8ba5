import { createDataFrame, type DataFrame } from '@grafana/data';
import { type PathNode, type PathsMarker } from '@apitrail/contract';

import { HOUR, number, START, text, WEEK_EARLIER } from './frames';

const node = (step: number, name: string, value: number): PathNode => {
  const [method, route] = name.split(' ');
  return { step, name, keys: { method, route }, value, requests: value + 1 };
};
const end = (step: number, kind: NonNullable<PathNode['kind']>, value: number): PathNode => ({
  step,
  name: `{${kind}}`,
  kind,
  value,
  requests: kind === 'other' ? value : 0,
});

/** A marker of 100 customers who go from the list of products two steps on. */
export function pathsMarker(changes: Partial<PathsMarker> = {}): PathsMarker {
  return {
    queryType: 'paths',
    dataset: 'requests',
    filters: [{ key: 'environment', operator: '=', value: 'prod' }],
    from: START,
    to: START + 24 * HOUR,
    unit: 'customer',
    identity: 'session',
    direction: 'after',
    counting: 'units',
    sessions: 'gap',
    sessionGap: HOUR / 2,
    depth: 2,
    rowsPerStep: 2,
    collapse: true,
    groupBy: ['method', 'route'],
    anchor: [{ key: 'route', operator: '=', value: '/products' }],
    paths: 100,
    nodes: [
      node(0, 'GET /products', 100),
      node(1, 'GET /products/{id}', 60),
      node(1, 'GET /search', 25),
      end(1, 'other', 5),
      end(1, 'drop_off', 10),
      node(2, 'POST /cart', 40),
      node(2, 'GET /products', 30),
      end(2, 'drop_off', 15),
      end(2, 'open', 5),
    ],
    rowsWithoutUnit: 0,
    ...changes,
  };
}

/** `[step, source, target, value, median in ms]` of the links between the nodes of `pathsMarker`. */
export const LINKS: Array<[number, string, string, number, number | null]> = [
  [0, 'GET /products', 'GET /products/{id}', 60, 20_000],
  [0, 'GET /products', 'GET /search', 25, 8000],
  [0, 'GET /products', '{drop_off}', 10, null],
  [0, 'GET /products', '{other}', 5, 3000],
  [1, 'GET /products/{id}', 'POST /cart', 36, 90_000],
  [1, 'GET /products/{id}', 'GET /products', 15, 4000],
  [1, 'GET /search', 'GET /products', 15, 4000],
  [1, 'GET /products/{id}', '{drop_off}', 9, null],
  [1, 'GET /search', '{drop_off}', 6, null],
  [1, 'GET /search', 'POST /cart', 4, 70_000],
  [1, '{other}', '{open}', 5, null],
];

/** Links as the companion answers them. */
export function pathsFrame(marker = pathsMarker(), links = LINKS): DataFrame {
  const of = (step: number, source: string) =>
    links.reduce((sum, [s, from, , value]) => (s === step && from === source ? sum + value : sum), 0);
  return createDataFrame({
    refId: 'A',
    fields: [
      number(
        'step',
        links.map(([step]) => step)
      ),
      text(
        'source',
        links.map(([, source]) => source)
      ),
      text(
        'target',
        links.map(([, , target]) => target)
      ),
      number(
        'value',
        links.map(([, , , value]) => value)
      ),
      number(
        'share',
        links.map(([step, source, , value]) => value / of(step, source)),
        'percentunit'
      ),
      number(
        'median_ms',
        links.map(([, , , , median]) => median),
        'ms'
      ),
      number(
        'units',
        links.map(([, , , value]) => value)
      ),
      number(
        'requests',
        links.map(([, , target, value]) => (/^\{(drop_off|open)/.test(target) ? 0 : value + 1))
      ),
    ],
    meta: { custom: { apitrail: marker } },
  });
}

/** The same links beside a week earlier, when half as many took each; the last is gone. */
export function comparedPathsFrame(): DataFrame {
  const links = LINKS.map((link, index): (typeof LINKS)[number] =>
    index === LINKS.length - 1 ? [link[0], link[1], link[2], 0, null] : link
  );
  const frame = pathsFrame(pathsMarker({ comparison: WEEK_EARLIER }), links);
  return createDataFrame({
    ...frame,
    fields: [
      ...frame.fields,
      number(
        'value_previous',
        LINKS.map(([, , , value]) => value / 2)
      ),
      number(
        'share_previous',
        LINKS.map(() => 0.5)
      ),
      number(
        'median_ms_previous',
        LINKS.map(() => 1000)
      ),
    ],
  });
}

/** The paths that lead up to the payment, two steps back. */
export function beforeFrame(): DataFrame {
  const marker = pathsMarker({
    direction: 'before',
    anchor: [{ key: 'route', operator: '=', value: '/pay' }],
    paths: 10,
    nodes: [
      node(-2, 'GET /cart', 6),
      end(-2, 'start', 2),
      node(-1, 'POST /checkout', 8),
      end(-1, 'start', 2),
      node(0, 'POST /pay', 10),
    ],
  });
  return pathsFrame(marker, [
    [-1, 'POST /checkout', 'POST /pay', 8, 5000],
    [-1, '{start}', 'POST /pay', 2, null],
    [-2, 'GET /cart', 'POST /checkout', 6, 9000],
    [-2, '{start}', 'POST /checkout', 2, null],
  ]);
}
