import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { axeFaults, overflow, overlaps } from './page-faults';
import { Playground, settled } from './playground';
import { editorPath } from './queries';

jest.setTimeout(240_000);

const OUTPUT = join(__dirname, 'output');
const DAY = 86_400_000;
let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

const panel = (page: Page): Locator => page.getByTestId('panel-paths');
const nodes = (page: Page): Locator => panel(page).getByTestId(testIds.paths.node);
const lit = (page: Page): Locator => panel(page).getByTestId(testIds.paths.lit);

const QUERY = {
  queryType: 'paths',
  anchor: [
    { key: 'method', operator: '=', value: 'GET' },
    { key: 'route', operator: '=', value: '/api/products/{id}' },
  ],
  rowsPerStep: 6,
  filters: [
    { key: 'direction', operator: '!=', value: 'client' },
    { key: 'service', operator: '!=', value: 'erddap' },
  ],
};

it('draws the links of the companion', () =>
  playground.visit('/?view=journeys', async (page) => {
    const to = (await playground.newest()) + 1;
    const column = await playground.ask(QUERY, to - 7 * DAY, to);
    expect(await panel(page).getByTestId(testIds.paths.link).count()).toBe(column('value').length);
    const first = (column('step') as number[]).map((step, row) => (step === 0 ? (column('value')[row] as number) : 0));
    const paths = first.reduce((sum, value) => sum + value, 0);
    expect(paths).toBeGreaterThan(100);
    expect(await nodes(page).first().getAttribute('aria-label')).toContain(
      `Customers ${paths.toLocaleString('en')}, Of all ${paths.toLocaleString('en')} 100%`
    );
  }));

it('lights the whole path through what the pointer is on, and nothing else', () =>
  playground.visit('/?view=journeys', async (page) => {
    const label = panel(page).getByTestId(testIds.paths.label).nth(5);
    await label.scrollIntoViewIfNeeded();
    const box = (await label.boundingBox())!;
    await page.mouse.move(box.x + 4, box.y + 6);
    await page.getByTestId(testIds.tooltip).waitFor();
    const all = await panel(page).getByTestId(testIds.paths.link).count();
    const shown = await lit(page).locator('path').count();
    expect(shown).toBeGreaterThan(1);
    expect(shown).toBeLessThan(all);
    expect(await page.getByTestId(testIds.tooltip).innerText()).toMatch(/Each customer counts once/);
    await page.mouse.move(box.x, 2);
    await lit(page).waitFor({ state: 'detached' });
  }));

it('is walked through with the keyboard', () =>
  playground.visit('/?view=journeys', async (page) => {
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await nodes(page).first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/1 step after the start/);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await focused()).toMatch(/ → .*From \+1 to \+2/);
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/From \+1 to \+2/);
    expect(await lit(page).locator('path').count()).toBeGreaterThan(1);
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/1 step after the start/);
    await lit(page).waitFor({ state: 'detached' });
  }));

it('leads to paths from another request, and to the funnel of a path', () =>
  playground.visit('/?view=journeys', async (page) => {
    await nodes(page).first().focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) {
      await page.keyboard.press(key);
    }
    await page.getByRole('menuitem', { name: /^Start paths at/ }).click();
    const drawer = page.locator('[data-testid="requests-drawer"][data-state="Done"]');
    await drawer.waitFor();
    expect(await drawer.getByTestId(testIds.paths.node).count()).toBeGreaterThan(3);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });

    await nodes(page).first().focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) {
      await page.keyboard.press(key);
    }
    await page.getByRole('menuitem', { name: /Make a funnel from this path/ }).click();
    await drawer.waitFor();
    expect(await drawer.getByTestId(testIds.funnel.step).count()).toBe(3);
  }));

it.each(['dark', 'light'])('holds at every width in the %s theme', (theme) =>
  playground.visit(
    `/?view=journeys&theme=${theme}`,
    async (page) => {
      const faults: Record<string, string[]> = {};
      for (const width of [2000, 800, 320]) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        await panel(page).screenshot({ path: join(OUTPUT, `paths-${width}-${theme}.png`) });
        const wider = await overflow(page);
        const found = [
          ...(wider > 0 ? [`the page is ${wider} pixels wider than the window`] : []),
          ...(await overlaps(page, `[data-testid="panel-paths"] [data-testid="${testIds.paths.label}"]`)),
          ...(await overlaps(page, `[data-testid="panel-paths"] [data-testid="${testIds.paths.head}"]`)),
          ...(await axeFaults(page, '[data-testid="panel-paths"]')),
        ];
        if (found.length > 0) {
          faults[width] = found;
        }
      }
      expect(faults).toEqual({});
    },
    { width: 2000, height: 900 }
  )
);

it('keeps hundreds of links as they are while the pointer moves over them', () =>
  playground.visit(
    editorPath({ queryType: 'paths', unit: 'session', counting: 'sessions', depth: 8, rowsPerStep: 10 }),
    async (page) => {
      const links = page.getByTestId(testIds.paths.link);
      expect(await links.count()).toBeGreaterThan(200);
      const plot = (await page.getByTestId(testIds.paths.plot).boundingBox())!;
      await page.evaluate((id) => {
        const watched = { changes: 0 };
        Object.assign(window, { watched });
        const layer = document.querySelector(`[data-testid="${id}"] svg`)!;
        new MutationObserver((records) => (watched.changes += records.length)).observe(layer, {
          subtree: true,
          childList: true,
          attributes: true,
        });
      }, testIds.paths.plot);
      let marks = 0;
      for (let move = 0; move < 30; move++) {
        await page.mouse.move(plot.x + 20 + move * 12, plot.y + 60 + ((move * 37) % 200));
        marks += await page.getByTestId(testIds.paths.lit).count();
      }
      expect(marks).toBeGreaterThan(10);
      expect(await page.evaluate(() => (window as unknown as { watched: { changes: number } }).watched.changes)).toBe(
        0
      );
    }
  ));
