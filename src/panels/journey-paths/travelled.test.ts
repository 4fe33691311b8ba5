import { beforeFrame, pathsFrame, pathsMarker } from '../../test-utils/paths-frames';
import { type Mark } from './flow';
import { pathsModel, type PathsModel } from './model';
import { mostTravelled } from './travelled';

function modelOf(frame = pathsFrame()): PathsModel {
  const result = pathsModel([frame]);
  return ('model' in result ? result.model : undefined) as PathsModel;
}
const nodeAt = (model: PathsModel, step: number, name: string) =>
  model.nodes.findIndex((n) => n.step === step && n.name === name);
const way = (model: PathsModel, mark: Mark) => mostTravelled(model, mark).map((index) => model.nodes[index].name);

it('is the way that most take from the anchor to a node', () => {
  const model = modelOf();
  expect(way(model, { node: nodeAt(model, 2, 'POST /cart') })).toEqual([
    'GET /products',
    'GET /products/{id}',
    'POST /cart',
  ]);
});

it('passes through the link that is meant', () => {
  const model = modelOf();
  const cart = nodeAt(model, 2, 'POST /cart');
  const link = model.links.findIndex(
    ({ source, target }) => target === cart && model.nodes[source].name === 'GET /search'
  );
  expect(way(model, { link })).toEqual(['GET /products', 'GET /search', 'POST /cart']);
});

it('leads from a node on to where paths end, before an anchor', () => {
  const model = modelOf(beforeFrame());
  expect(way(model, { node: nodeAt(model, -2, 'GET /cart') })).toEqual(['GET /cart', 'POST /checkout', 'POST /pay']);
});

it('keeps to named requests where a way through them leads there', () => {
  const nodes = [
    { step: 0, name: 'a', keys: { route: 'a' }, value: 10, requests: 10 },
    { step: 1, name: 'b', keys: { route: 'b' }, value: 2, requests: 2 },
    { step: 1, name: '{other}', kind: 'other' as const, value: 8, requests: 8 },
    { step: 2, name: 'c', keys: { route: 'c' }, value: 10, requests: 10 },
  ];
  const model = modelOf(
    pathsFrame(pathsMarker({ nodes, paths: 10, anchor: [] }), [
      [0, 'a', 'b', 2, null],
      [0, 'a', '{other}', 8, null],
      [1, 'b', 'c', 2, null],
      [1, '{other}', 'c', 8, null],
    ])
  );
  expect(way(model, { node: nodeAt(model, 2, 'c') })).toEqual(['a', 'b', 'c']);
  expect(way(model, { node: nodeAt(model, 1, '{other}') })).toEqual(['a', '{other}']);
});
