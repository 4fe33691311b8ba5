import fc from 'fast-check';

import { frameOf, number, text } from '../../test-utils/frames';
import { beforeFrame, pathsFrame } from '../../test-utils/paths-frames';
import { nodeLabelsOf } from './test-labels';
import { HEAD_HEIGHT, layoutOf } from './layout';
import { pathsModel, type PathsModel } from './model';
import { moveMark } from './navigate';
import { markAt } from './pick';

function modelOf(frame = pathsFrame()): PathsModel {
  const result = pathsModel([frame]);
  return ('model' in result ? result.model : undefined) as PathsModel;
}
const model = modelOf();
const layout = layoutOf(model, 900, 400, 120);

describe('layoutOf', () => {
  it('puts every step into a column of its own, of the same width', () => {
    expect(model.nodes.map(({ index, column }) => layout.nodes[index].x - column * 300)).toEqual(
      model.nodes.map(() => 0)
    );
  });

  it('keeps the order of the answer from top to bottom', () => {
    for (const column of model.columns) {
      const tops = column.map((index) => layout.nodes[index].y);
      expect(tops).toEqual([...tops].sort((a, b) => a - b));
    }
  });

  it('makes heights and widths in proportion to the paths', () => {
    const perPath = layout.nodes[0].height / 100;
    for (const { index, value } of model.nodes) {
      expect(layout.nodes[index].height).toBeCloseTo(value * perPath);
    }
    for (const { index, value } of model.links) {
      expect(layout.links[index].width).toBeCloseTo(value * perPath);
    }
  });

  it('scrolls where steps would be narrower than they may', () => {
    expect(layoutOf(model, 200, 400, 120)).toMatchObject({ slot: 120, width: 360 });
  });

  it('keeps a node that few paths come through visible', () => {
    const tiny = modelOf(frameOf([text('source', ['a', 'a']), text('target', ['b', 'c']), number('value', [1e6, 1])]));
    expect(Math.min(...layoutOf(tiny, 600, 300, 100).nodes.map(({ height }) => height))).toBeGreaterThanOrEqual(1.5);
  });

  it('places links that are no chain over all steps', () => {
    const broken = modelOf(
      frameOf([number('step', [0, 3]), text('source', ['a', 'c']), text('target', ['b', 'd']), number('value', [2, 1])])
    );
    expect(layoutOf(broken, 800, 300, 100).nodes.map(({ x }) => x)).toEqual([0, 200, 400, 600]);
  });

  it('draws links that nobody takes as lines, where nobody takes any', () => {
    const empty = modelOf(
      frameOf([
        number('step', [0, 0, 1]),
        text('source', ['a', 'a', 'b']),
        text('target', ['b', 'c', 'd']),
        number('value', [0, 0, 0]),
      ])
    );
    const { nodes, links } = layoutOf(empty, 800, 300, 100);
    const middles = nodes.map(({ y, height }) => y + height / 2);
    expect(new Set(nodes.map(({ height }) => height))).toEqual(new Set([1.5]));
    expect(middles.every((middle) => middle > HEAD_HEIGHT && middle < 300)).toBe(true);
    for (const [index, { y0, y1, width, path }] of links.entries()) {
      expect([y0, y1, width]).toEqual([middles[empty.links[index].source], middles[empty.links[index].target], 0]);
      expect(path).not.toContain('NaN');
    }
  });

  it('stays within its room, whatever is to be drawn', () => {
    const link = fc.tuple(fc.nat(4), fc.nat(6), fc.nat(6), fc.nat(1000));
    fc.assert(
      fc.property(
        fc.array(link, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 100, max: 900 }),
        (links, height) => {
          const any = modelOf(
            frameOf([
              number(
                'step',
                links.map(([step]) => step)
              ),
              text(
                'source',
                links.map(([, from]) => `n${from}`)
              ),
              text(
                'target',
                links.map(([, , to]) => `n${to}`)
              ),
              number(
                'value',
                links.map(([, , , value]) => value)
              ),
            ])
          );
          const { nodes } = layoutOf(any, 900, height, 100);
          for (const { y, height: tall } of nodes) {
            expect(y).toBeGreaterThanOrEqual(HEAD_HEIGHT - 2);
            expect(y + tall).toBeLessThanOrEqual(height + 2);
          }
          for (const [a, b] of overlapping(nodeLabelsOf(any, 900, height))) {
            throw new Error(`${a} over ${b}`);
          }
        }
      ),
      { numRuns: 60 }
    );
  });
});

function overlapping(labels: ReturnType<typeof nodeLabelsOf>): Array<[string, string]> {
  return labels.flatMap((a, index) =>
    labels
      .slice(index + 1)
      .filter(
        (b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height - 1e-9 && b.y < a.y + a.height - 1e-9
      )
      .map((b): [string, string] => [a.name, b.name])
  );
}

describe('markAt', () => {
  const labels = nodeLabelsOf(model, 900, 400);

  it('finds a node, and by its label', () => {
    const { x, y, height } = layout.nodes[0];
    expect(markAt(layout, labels, x + 4, y + height / 2)).toEqual({ node: 0 });
    const label = labels.find(({ node }) => node === 0)!;
    expect(markAt(layout, labels, label.x + 5, label.y + 5)).toEqual({ node: 0 });
  });

  it('finds every link in its middle, where no label lies over it', () => {
    for (const [link, { x0, x1, y0, y1 }] of layout.links.entries()) {
      const found = markAt(layout, [], (x0 + x1) / 2, (y0 + y1) / 2);
      const other = found?.link ?? -1;
      expect(other).toBeGreaterThanOrEqual(0);
      expect(layout.links[other].width).toBeLessThanOrEqual(layout.links[link].width + 1e-9);
    }
  });

  it('finds nothing where there is nothing', () => {
    expect(markAt(layout, labels, 450, HEAD_HEIGHT - 10)).toBeUndefined();
    expect(markAt(layout, labels, 895, 10)).toBeUndefined();
  });
});

describe('moveMark', () => {
  const at = (step: number, name: string) => model.nodes.findIndex((n) => n.step === step && n.name === name);
  const move = (mark: Parameters<typeof moveMark>[2], key: string, shift = false) =>
    moveMark(model, layout, mark, key, shift);

  it('goes along the largest link, and up and down within a step', () => {
    const product = at(1, 'GET /products/{id}');
    expect(move({ node: 0 }, 'ArrowRight')).toEqual({ node: product });
    expect(move({ node: product }, 'ArrowDown')).toEqual({ node: at(1, 'GET /search') });
    expect(move({ node: product }, 'ArrowUp')).toEqual({ node: product });
    expect(move({ node: product }, 'ArrowLeft')).toEqual({ node: 0 });
    expect(move({ node: product }, 'End')).toEqual({ node: at(2, 'POST /cart') });
    expect(move({ node: product }, 'Home')).toEqual({ node: 0 });
    expect(move({ node: product }, 'x')).toBeUndefined();
  });

  it('goes on beside where no link leads on', () => {
    const dropped = at(1, '{drop_off}');
    expect(model.nodes[move({ node: dropped }, 'ArrowRight')!.node!].step).toBe(2);
    const last = at(2, 'POST /cart');
    expect(move({ node: last }, 'ArrowRight')).toEqual({ node: last });
  });

  it('goes to links with Shift, among them, and to their ends', () => {
    const first = move({ node: 0 }, 'ArrowRight', true)!;
    expect(model.links[first.link!]).toMatchObject({ source: 0, value: 60 });
    const next = move(first, 'ArrowDown')!;
    expect(model.links[next.link!]).toMatchObject({ source: 0, value: 25 });
    expect(move(next, 'ArrowUp')).toEqual(first);
    expect(move(next, 'ArrowRight')).toEqual({ node: at(1, 'GET /search') });
    expect(move(next, 'ArrowLeft')).toEqual({ node: 0 });
  });

  it('reads paths before an anchor the same way', () => {
    const before = modelOf(beforeFrame());
    const places = layoutOf(before, 900, 400, 120);
    const pay = before.nodes.findIndex(({ name }) => name === 'POST /pay');
    const to = moveMark(before, places, { node: pay }, 'ArrowLeft', false)!;
    expect(before.nodes[to.node!].name).toBe('POST /checkout');
  });
});
