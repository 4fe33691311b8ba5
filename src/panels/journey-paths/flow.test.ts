import { pathsFrame } from '../../test-utils/paths-frames';
import { flowThrough } from './flow';
import { pathsModel, type PathsModel } from './model';

const result = pathsModel([pathsFrame()]);
const model = ('model' in result ? result.model : undefined) as PathsModel;
const nodeAt = (step: number, name: string) => model.nodes.findIndex((n) => n.step === step && n.name === name);
const linkOf = (source: string, target: string, step: number) =>
  model.links.findIndex(
    (l) =>
      model.nodes[l.source].name === source &&
      model.nodes[l.target].name === target &&
      model.nodes[l.source].step === step
  );

it('lights everything before and after a node, in proportion', () => {
  const flow = flowThrough(model, { node: nodeAt(1, 'GET /search') });
  expect(flow.nodes.get(nodeAt(0, 'GET /products'))).toBe(25);
  expect(flow.nodes.get(nodeAt(2, 'GET /products'))).toBe(15);
  expect(flow.nodes.get(nodeAt(2, 'POST /cart'))).toBe(4);
  expect(flow.nodes.has(nodeAt(1, 'GET /products/{id}'))).toBe(false);
  expect(flow.links.get(linkOf('GET /products', 'GET /search', 0))).toBe(25);
});

it('lights the whole path of a link', () => {
  const flow = flowThrough(model, { link: linkOf('GET /products', 'GET /products/{id}', 0) });
  expect(flow.links.get(linkOf('GET /products/{id}', 'POST /cart', 1))).toBe(36);
  const back = flowThrough(model, { link: linkOf('GET /search', 'POST /cart', 1) });
  expect(back.nodes.get(nodeAt(0, 'GET /products'))).toBe(4);
  expect(back.links.get(linkOf('GET /products', 'GET /search', 0))).toBe(4);
  expect(back.links.size).toBe(2);
});

it('lights everything from where all paths begin, wholly', () => {
  const flow = flowThrough(model, { node: 0 });
  expect(flow.links.size).toBe(model.links.length);
  for (const { index, value } of model.links) {
    expect(flow.links.get(index)).toBeCloseTo(value);
  }
});

it('never has more at a node than comes through it', () => {
  for (const { index } of model.links) {
    for (const [node, passing] of flowThrough(model, { link: index }).nodes) {
      expect(passing).toBeLessThanOrEqual(model.nodes[node].value + 1e-9);
    }
  }
});
