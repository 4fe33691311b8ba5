import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { testIds } from '../../src/components/test-ids';
import { axeFaults, cutTexts, overflow, overlaps } from './page-faults';
import { Playground, settled } from './playground';
import { EDITED, editorPath } from './queries';

jest.setTimeout(240_000);

const OUTPUT = join(__dirname, 'output');
const WIDTHS = [1920, 800, 320];
const THEMES = ['dark', 'light'];

/** Texts that lie beside each other in a drawing, and must not lie over each other. */
const LABELS = [
  `[data-testid="${testIds.heatmap.rowLabel}"]`,
  `[data-testid="${testIds.heatmap.columnLabel}"]`,
  `[data-testid="${testIds.colorLegend}"] span`,
  '[data-testid="panel-funnel"] [data-testid="apitrail funnel step"] span',
  `[data-testid="${testIds.paths.label}"]`,
  `[data-testid="${testIds.paths.head}"]`,
];

const PAGES: Array<[string, string]> = [
  ['shop', '/?view=shop'],
  ['journeys', '/?view=journeys'],
  ['customers', '/?view=customers'],
  ['customer', '/?view=customer&customer=customer-000002'],
  ['retention', '/?view=retention'],
  ['sample', '/?view=sample'],
  ...Object.entries(EDITED).map(([name, query]): [string, string] => [`editor-${name}`, editorPath(query)]),
  ['editor-annotations', '/editor?form=annotations'],
  ['editor-variable', editorPath({ keyName: 'service' }, 'variable')],
  ['editor-settings', '/editor?form=settings'],
];

let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

/**
 * A page in both themes and at every width, each looked at by axe and by rules of layout. The window is made narrower
 * without opening the page anew: that panels follow the width they have is part of what is tested.
 */
describe.each(PAGES)('%s', (name, path) => {
  it.each(THEMES)('holds at every width in the %s theme', (theme) =>
    playground.visit(
      `${path}${path.includes('?') ? '&' : '?'}theme=${theme}`,
      async (page) => {
        const faults: Record<string, string[]> = {};
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          await settled(page);
          await page.screenshot({ path: join(OUTPUT, `${name}-${width}-${theme}.png`), fullPage: true });
          const wider = await overflow(page);
          const found = [
            ...(wider > 0 ? [`the page is ${wider} pixels wider than the window`] : []),
            ...(await cutTexts(page)),
            ...(await Promise.all(LABELS.map((selector) => overlaps(page, selector)))).flat(),
            ...(width === 800 ? [] : await axeFaults(page)),
          ];
          if (found.length > 0) {
            faults[width] = found;
          }
        }
        expect(faults).toEqual({});
      },
      { width: WIDTHS[0], height: 900 }
    )
  );
});
