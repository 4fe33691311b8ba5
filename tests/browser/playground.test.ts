import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { Playground, settled } from './playground';

jest.setTimeout(120_000);

const OUTPUT = join(__dirname, 'output');
let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

const panel = (page: Page, id: string): Locator => page.getByTestId(`panel-${id}`);

async function withPage(path: string, test: (page: Page) => Promise<void>, size?: { width: number; height: number }) {
  const { page, faults } = await playground.open(path, size);
  try {
    await test(page);
    expect(faults).toEqual([]);
  } finally {
    await page.context().close();
  }
}

async function ask(query: Record<string, unknown>, from: number, to: number) {
  const response = await fetch(`${playground.query}/api/ds/query`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ from, to, queries: [{ refId: 'A', ...query }] }),
  });
  const body = (await response.json()) as {
    results: { A: { frames: Array<{ schema: { fields: Array<{ name: string }> }; data: { values: unknown[][] } }> } };
  };
  const [frame] = body.results.A.frames;
  return (name: string) => frame.data.values[frame.schema.fields.findIndex((field) => field.name === name)];
}

describe.each(['shop', 'sample'])('the %s page', (view) => {
  it('answers every panel', () =>
    withPage(`/?view=${view}`, async (page) => {
      const states = await page
        .locator('[data-testid^="panel-"][data-state]')
        .evaluateAll((panels) =>
          panels.map((each) => `${each.getAttribute('data-testid')} ${each.getAttribute('data-state')}`)
        );
      expect(states.length).toBeGreaterThanOrEqual(6);
      expect(states.filter((state) => !state.endsWith(' Done'))).toEqual([]);
    }));

  it('draws the heatmap, the funnel, the errors and the requests', () =>
    withPage(`/?view=${view}`, async (page) => {
      expect(await paintedColours(panel(page, 'heatmap').getByTestId(testIds.heatmap.canvas))).toBeGreaterThan(3);
      expect(await panel(page, 'funnel').getByTestId(testIds.funnel.step).count()).toBeGreaterThanOrEqual(3);
      expect(await panel(page, 'errors').getByTestId(testIds.errors.row).count()).toBeGreaterThan(2);
      expect(await panel(page, 'requests').getByRole('row').count()).toBeGreaterThan(3);
    }));
});

/** How many colours a canvas shows: a blank one has one. */
async function paintedColours(canvas: Locator): Promise<number> {
  return canvas.first().evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const pixels = new Uint32Array(
      (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data.buffer
    );
    return new Set(pixels).size;
  });
}

it('shows the numbers of the companion in the funnel', () =>
  withPage('/?view=shop', async (page) => {
    const shown = await panel(page, 'funnel').getByTestId(testIds.funnel.step).first().innerText();
    const newest = Number(
      ((await (await fetch(`${playground.query}/api/health`)).json()) as { datasets: Array<{ newest: number }> })
        .datasets[0].newest
    );
    const request = {
      queryType: 'funnel',
      unit: 'session',
      window: '1h',
      filters: [
        { key: 'direction', operator: '!=', value: 'client' },
        { key: 'service', operator: '!=', value: 'erddap' },
      ],
      steps: [
        {
          name: 'a',
          filters: [
            { key: 'method', operator: '=', value: 'GET' },
            { key: 'route', operator: '=', value: '/api/products' },
          ],
        },
        {
          name: 'b',
          filters: [
            { key: 'method', operator: '=', value: 'GET' },
            { key: 'route', operator: '=', value: '/api/products/{id}' },
          ],
        },
      ],
    };
    const column = await ask(request, newest + 1 - 7 * 86_400_000, newest + 1);
    const units = Number(column('units')[0]);
    expect(units).toBeGreaterThan(500);
    expect(shown.replaceAll(',', '')).toMatch(new RegExp(`\\b${units}\\b`));
  }));

describe('the endpoint heatmap', () => {
  it('moves with the keyboard, and opens the requests behind a cell', () =>
    withPage('/?view=shop', async (page) => {
      const plot = panel(page, 'heatmap').getByTestId(testIds.heatmap.plot);
      await plot.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await expectText(panel(page, 'heatmap').getByTestId(testIds.heatmap.live), /\S/);
      await page.keyboard.press('Enter');
      await page
        .getByRole('menuitem', { name: /requests/i })
        .first()
        .click();
      const drawer = page.getByTestId('requests-drawer');
      await drawer.waitFor();
      await page.waitForFunction(
        () => document.querySelector('[data-testid="requests-drawer"]')?.getAttribute('data-state') === 'Done'
      );
      await page.screenshot({ path: join(OUTPUT, 'requests-drawer.png') });
    }));

  it('shows a tooltip with the number of requests', () =>
    withPage('/?view=shop', async (page) => {
      const plot = panel(page, 'heatmap').getByTestId(testIds.heatmap.plot);
      const box = (await plot.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + 20);
      await expectText(page.getByTestId(testIds.tooltip), /request/i);
    }));

  it('adds a filter that every panel takes up', () =>
    withPage('/?view=shop', async (page) => {
      const plot = panel(page, 'heatmap').getByTestId(testIds.heatmap.plot);
      await plot.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page
        .getByRole('menuitem', { name: /filter|only/i })
        .first()
        .click();
      await page.getByLabel('Filters').getByText('=').first().waitFor();
      await settled(page);
    }));
});

describe('the error breakdown', () => {
  it('expands a row with the keyboard', () =>
    withPage('/?view=shop', async (page) => {
      const row = panel(page, 'errors').getByTestId(testIds.errors.row).first();
      await row.focus();
      await page.keyboard.press('Enter');
      await panel(page, 'errors').getByTestId(testIds.errors.details).first().waitFor();
    }));
});

describe('accessibility', () => {
  it.each(['dark', 'light'])('has no serious fault in the %s theme', (theme) =>
    withPage(`/?view=shop&theme=${theme}`, async (page) => {
      await page.addScriptTag({ content: axe.source });
      const found = await page.evaluate(async () => {
        const { axe: run } = window as unknown as { axe: typeof axe };
        const ours = [
          'header',
          '[data-testid="panel-heatmap"]',
          '[data-testid="panel-funnel"]',
          '[data-testid="panel-times"]',
          '[data-testid="panel-errors"]',
        ];
        const { violations } = await run.run(
          { include: ours },
          {
            resultTypes: ['violations'],
          }
        );
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .map(({ html }) => html.slice(0, 300))
                .slice(0, 3)
                .join(', ')}`
          );
      });
      expect(found).toEqual([]);
    })
  );
});

// Last, because it takes the companion away.
it('says what to do when the companion is stopped', async () => {
  const { page } = await playground.open('/?view=shop');
  await playground.stopCompanion();
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.waitForFunction(
    () => document.querySelector('[data-testid="panel-heatmap"]')?.getAttribute('data-state') === 'Error'
  );
  await expectText(panel(page, 'heatmap'), /does not answer/);
  await page.screenshot({ path: join(OUTPUT, 'companion-stopped.png'), fullPage: true });
  await page.context().close();
});

async function expectText(locator: Locator, pattern: RegExp): Promise<void> {
  await locator.first().waitFor({ state: 'attached' });
  expect(await locator.first().innerText()).toMatch(pattern);
}
