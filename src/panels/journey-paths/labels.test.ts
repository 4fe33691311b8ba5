import { comparedPathsFrame, pathsFrame } from '../../test-utils/paths-frames';
import { cutName, placeLabels } from './labels';
import { layoutOf } from './layout';
import { type ModelNode, pathsModel, type PathsModel } from './model';
import { defaultOptions } from './options';
import { nodeLabelsOf, sevenPixels } from './test-labels';

const result = pathsModel([pathsFrame()]);
const model = ('model' in result ? result.model : undefined) as PathsModel;
const node = (label: string, kind?: ModelNode['kind']) => ({ label, kind }) as ModelNode;

describe('cutName', () => {
  it('tells the method from the route', () => {
    expect(cutName(node('GET /products'), 200, sevenPixels)).toEqual({ method: 'GET', main: '/products' });
  });

  it('keeps the end of a long route, which tells it from others', () => {
    const { method, main } = cutName(node('POST /api/checkout/{id}/payment'), 145, sevenPixels);
    expect([method, main]).toEqual(['POST', '/api/…/payment']);
    expect(cutName(node('POST /api/checkout/{id}/payment'), 80, sevenPixels)).toEqual({ main: '…/payment' });
    expect(cutName(node('POST /api/checkout/{id}/payment-methods'), 80, sevenPixels).main).toMatch(/^….*methods$/);
  });

  it('leaves names of ends and of other keys alone', () => {
    expect(cutName(node('Drop-off', 'drop_off'), 200, sevenPixels)).toEqual({ main: 'Drop-off' });
    expect(cutName(node('shop'), 200, sevenPixels)).toEqual({ main: 'shop' });
  });
});

describe('placeLabels', () => {
  it('stay within the room of their column', () => {
    for (const width of [300, 500, 900]) {
      const { slot, width: all } = layoutOf(model, width, 400, 100);
      for (const label of nodeLabelsOf(model, width, 400)) {
        expect(label.x + label.width).toBeLessThanOrEqual((Math.floor(label.x / slot) + 1) * slot);
        expect(label.x + label.width).toBeLessThanOrEqual(all);
      }
    }
  });

  it('are those of the largest nodes where there is no room for all', () => {
    const few = nodeLabelsOf(model, 900, 110).filter(({ node: index }) => model.nodes[index].step === 1);
    expect(few.length).toBeLessThan(4);
    expect(few.map(({ name }) => name)).toContain('/products/{id}');
  });

  it('have count and share, and how both have changed', () => {
    const compared = pathsModel([comparedPathsFrame()]);
    const then = ('model' in compared ? compared.model : undefined) as PathsModel;
    const [first] = placeLabels(then, layoutOf(then, 1200, 400, 100), defaultOptions, sevenPixels);
    expect(first.figures).toBe('100 · 100% ▲ +100%');
  });

  it.each([700, 900, 1800])('have changes at all numbers or at none, %i pixels wide', (width) => {
    const compared = pathsModel([comparedPathsFrame()]);
    const then = ('model' in compared ? compared.model : undefined) as PathsModel;
    const labels = placeLabels(then, layoutOf(then, width, 400, 60), defaultOptions, sevenPixels);
    const withNumbers = labels.filter(({ figures }) => figures !== '');
    const changed = withNumbers.filter(({ figures }) => /[▲▼=]/.test(figures));
    expect(withNumbers.length).toBeGreaterThan(0);
    expect([0, withNumbers.length]).toContain(changed.length);
    expect(changed.length > 0).toBe(true);
  });

  it('have the numbers that are asked for', () => {
    const layout = layoutOf(model, 1200, 400, 100);
    const figures = (labelValue: 'both' | 'value' | 'share' | 'none') =>
      placeLabels(model, layout, { labelValue, decimals: 0 }, sevenPixels)[1].figures;
    expect([figures('both'), figures('value'), figures('share'), figures('none')]).toEqual([
      '60 · 60%',
      '60',
      '60%',
      '',
    ]);
  });
});
