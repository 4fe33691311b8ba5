import { FieldType } from '@grafana/data';
import fc from 'fast-check';

import { frameOf, number, text } from '../../test-utils/frames';
import { beforeFrame, comparedPathsFrame, LINKS, pathsFrame } from '../../test-utils/paths-frames';
import { pathsModel, type PathsModel } from './model';
import { defaultOptions } from './options';
import { shownPaths } from './shown';
import { stepsWithout } from './unroll';

export function modelOf(...args: Parameters<typeof pathsModel>): PathsModel {
  const result = pathsModel(...args);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const names = ({ columns, nodes }: PathsModel) => columns.map((column) => column.map((index) => nodes[index].label));

describe('paths of Apitrail', () => {
  const model = modelOf([pathsFrame()]);

  it('have a column per step, with nodes in the order of the marker', () => {
    expect(names(model)).toEqual([
      ['GET /products'],
      ['GET /products/{id}', 'GET /search', 'Other', 'Drop-off'],
      ['POST /cart', 'GET /products', 'Drop-off', 'May go on'],
    ]);
  });

  it('have the same request once per step', () => {
    expect(model.nodes.filter(({ name }) => name === 'GET /products').map(({ step }) => step)).toEqual([0, 2]);
  });

  it('know what comes into a node and what goes out of it', () => {
    const product = model.nodes.find(({ name }) => name === 'GET /products/{id}')!;
    const sum = (indexes: number[]) => indexes.reduce((total, index) => total + model.links[index].value, 0);
    expect([sum(product.incoming), sum(product.outgoing)]).toEqual([60, 60]);
  });

  it('are counted in what is followed', () => {
    expect([model.unitName, model.total]).toEqual(['customers', 100]);
  });

  it('that lead to an anchor end in the last column', () => {
    const before = modelOf([beforeFrame()]);
    expect(before.steps).toEqual([-2, -1, 0]);
    expect(names(before)[2]).toEqual(['POST /pay']);
    expect(before.before).toBe(true);
  });

  it('have what was at the earlier time', () => {
    const compared = modelOf([comparedPathsFrame()]);
    expect(compared.timeShift).toBe('1w');
    expect(compared.links[0].earlier).toMatchObject({ value: 30, share: 0.5, medianMs: 1000 });
    expect(compared.nodes.find(({ name, step }) => name === 'GET /products' && step === 2)?.earlier).toBe(15);
  });
});

describe('any table of links', () => {
  it('is drawn by the longest way where it has no steps', () => {
    const frame = frameOf([text('from', ['a', 'b', 'a']), text('to', ['b', 'c', 'c']), number('visits', [5, 3, 2])]);
    const model = modelOf([frame]);
    expect(names(model)).toEqual([['a'], ['b'], ['c']]);
    expect(model.links.map(({ share }) => share)).toEqual([5 / 7, 3 / 5, 2 / 7]);
  });

  it('says that links without steps lead in a circle', () => {
    const frame = frameOf([text('source', ['a', 'b']), text('target', ['b', 'a']), number('value', [1, 1])]);
    expect(pathsModel([frame])).toEqual({ missing: 'The links lead in a circle' });
  });

  it('may have steps as texts, as numeric answers do', () => {
    const frame = frameOf([
      { name: 'step', type: FieldType.string, values: ['0', '1'] },
      text('source', ['a', 'b']),
      text('target', ['b', 'a']),
      number('value', [2, 1]),
    ]);
    expect(names(modelOf([frame]))).toEqual([['a'], ['b'], ['a']]);
  });

  it('says which column is missing', () => {
    expect(pathsModel([frameOf([text('a', ['b']), number('value', [1])])])).toHaveProperty(
      'missing',
      expect.stringContaining('from where to where')
    );
    expect(pathsModel([frameOf([text('source', ['a']), text('target', ['b'])])])).toHaveProperty(
      'missing',
      expect.stringContaining('how many take a link')
    );
  });

  it('passes over rows without an end', () => {
    const frame = frameOf([text('source', ['a', null]), text('target', ['b', 'c']), number('value', [1, 1])]);
    expect(modelOf([frame]).links).toHaveLength(1);
  });
});

describe('stepsWithout', () => {
  it('puts every target after its source, whatever the links that lead in no circle', () => {
    const dag = fc.array(
      fc.tuple(fc.nat(12), fc.nat(12)).filter(([a, b]) => a < b),
      { minLength: 1, maxLength: 40 }
    );
    fc.assert(
      fc.property(dag, (pairs) => {
        const links = pairs.map(([a, b]) => [`n${a}`, `n${b}`] as const);
        const steps = stepsWithout(links)!;
        for (const [from, to] of links) {
          expect(steps.get(to)).toBeGreaterThan(steps.get(from)!);
        }
      })
    );
  });
});

describe('what is shown', () => {
  const show = (changes: Partial<typeof defaultOptions>) =>
    shownPaths(modelOf([pathsFrame()]), { ...defaultOptions, ...changes });

  it('is everything by default', () => {
    expect(show({}).model.links).toHaveLength(LINKS.length);
  });

  it('leaves out links below a share of all paths, and says how many', () => {
    const { model, small } = show({ minShare: 10 });
    expect(small).toBe(5);
    expect(model.links.map(({ value }) => value)).toEqual([60, 25, 10, 36, 15, 15].sort((a, b) => 0 * (a - b)));
    for (const { source, target, index } of model.links) {
      expect(model.nodes[source].outgoing).toContain(index);
      expect(model.nodes[target].incoming).toContain(index);
    }
  });

  it('leaves out where paths end', () => {
    const { model, small } = show({ showEnds: false });
    expect(model.nodes.map(({ label }) => label)).not.toContain('Drop-off');
    expect(small).toBe(0);
  });

  it('has links that are gone only where they are compared', () => {
    const compared = modelOf([comparedPathsFrame()]);
    expect(shownPaths(compared, defaultOptions).model.links).toHaveLength(LINKS.length);
    const plain = shownPaths(compared, { ...defaultOptions, showEarlier: false }).model;
    expect(plain.links).toHaveLength(LINKS.length - 1);
    expect(plain.compared).toBe(false);
  });
});
