import { colorManipulator, createTheme } from '@grafana/data';

import { pathsFrame } from '../../test-utils/paths-frames';
import { categoryColors, nodeColors } from './colors';
import { pathsModel, type PathsModel } from './model';

const result = pathsModel([pathsFrame()]);
const model = ('model' in result ? result.model : undefined) as PathsModel;
const themes = (['dark', 'light'] as const).map((mode) => createTheme({ colors: { mode } }));

/** What dichromats see, in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1. */
const SIGHT = {
  trichromat: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanope: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranope: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanope: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** A colour as an eye sees it, in CIE L*a*b*. */
function seen(color: string, by: number[]) {
  const hex = colorManipulator.asHexString(color);
  const linear = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = [0, 3, 6].map((row) =>
    Math.min(1, Math.max(0, by[row] * linear[0] + by[row + 1] * linear[1] + by[row + 2] * linear[2]))
  );
  const f = (share: number) => (share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return { l: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

it.each(Object.entries(SIGHT))('are told apart by a %s, in both themes', (_, sight) => {
  for (const theme of themes) {
    const drop = theme.colors.error.main;
    const colors = categoryColors(theme).map((color) => seen(color, sight));
    for (const color of colors) {
      const red = seen(drop, sight);
      expect(Math.hypot(color.l - red.l, color.a - red.a, color.b - red.b)).toBeGreaterThan(10);
    }
    const distances = colors.flatMap((a, index) =>
      colors.slice(index + 1).map((b) => Math.hypot(a.l - b.l, a.a - b.a, a.b - b.b))
    );
    expect(Math.min(...distances)).toBeGreaterThan(15);
  }
});

it('are the same for a request at every step', () => {
  const colors = nodeColors(model, 'node', themes[0]);
  const products = model.nodes.filter(({ name }) => name === 'GET /products').map(({ index }) => colors[index]);
  expect(new Set(products).size).toBe(1);
  expect(colors[model.nodes.findIndex(({ name }) => name === 'POST /cart')]).not.toBe(products[0]);
});

it('stay with a request while numbers move', () => {
  const moved = { ...model, nodes: model.nodes.map((node) => ({ ...node, value: 101 - node.value })) };
  const before = nodeColors(model, 'node', themes[0]);
  expect(nodeColors(moved, 'node', themes[0])[0]).toBe(before[0]);
});

it('can stand for methods or steps', () => {
  const methods = nodeColors(model, 'method', themes[0]);
  const of = (name: string) => methods[model.nodes.findIndex((node) => node.name === name)];
  expect(of('GET /products')).toBe(of('GET /search'));
  expect(of('POST /cart')).not.toBe(of('GET /search'));
  const steps = nodeColors(model, 'step', themes[0]);
  expect(steps[model.columns[1][0]]).toBe(steps[model.columns[1][1]]);
  expect(steps[model.columns[0][0]]).not.toBe(steps[model.columns[1][0]]);
});
