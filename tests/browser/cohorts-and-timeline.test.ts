import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { Playground } from './playground';

jest.setTimeout(120_000);

const OUTPUT = join(__dirname, 'output');
const DAY = 86_400_000;
const ofShop = [
  { key: 'direction', operator: '!=', value: 'client' },
  { key: 'service', operator: '!=', value: 'erddap' },
];
let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

const retention = (page: Page): Locator => page.getByTestId('panel-retention');
const timeline = (page: Page): Locator => page.getByTestId('panel-timeline');
const shopRange = async () => {
  const end = (await playground.newest()) + 1;
  return [end - 7 * DAY, end] as const;
};

/** Serious faults within a panel, as axe sees them. */
async function faultsIn(page: Page, selector: string): Promise<string[]> {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async (within) => {
    const { axe: run } = window as unknown as { axe: typeof axe };
    const { violations } = await run.run({ include: [within] }, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html.slice(0, 200))
            .slice(0, 3)
            .join(', ')}`
      );
  }, selector);
}

/** Whether the page is wider than the window. */
const overflows = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);

describe('retention cohorts', () => {
  it('show the numbers of the companion', () =>
    playground.visit('/?view=retention', async (page) => {
      const [from, to] = await shopRange();
      const asked = { queryType: 'retention', unit: 'customer', periods: 7, mode: 'on', filters: ofShop };
      const column = await playground.ask(asked, from, to);
      const sizes = (column('size') as number[]).map((size) => size.toLocaleString('en'));
      expect(await retention(page).getByTestId(testIds.retention.size).allInnerTexts()).toEqual(sizes);
      const row = retention(page)
        .getByRole('row')
        .filter({ has: page.getByTestId(testIds.retention.cohort) })
        .nth(1);
      const [, day1] = await row.getByTestId(testIds.retention.cell).allInnerTexts();
      expect(day1).toBe(`${((column('day_1')[1] as number) * 100).toFixed(1)}%`);
    }));

  it('stripe what is not over, and nothing else', () =>
    playground.visit('/?view=retention', async (page) => {
      const cells = await retention(page)
        .getByTestId(testIds.retention.cell)
        .evaluateAll((all) =>
          all
            .filter((cell) => cell.textContent !== '' && cell.hasAttribute('data-complete'))
            .map((cell) => [cell.getAttribute('data-complete'), getComputedStyle(cell).backgroundImage !== 'none'])
        );
      expect(cells.length).toBeGreaterThan(10);
      expect(cells.some(([complete]) => complete === 'false')).toBe(true);
      expect(cells.filter(([complete, striped]) => (complete === 'false') !== striped)).toEqual([]);
    }));

  it('are walked with the keyboard, and lead to who is in a cohort', () =>
    playground.visit('/?view=retention', async (page) => {
      const grid = retention(page).getByTestId(testIds.retention.grid);
      await grid.locator('[tabindex="0"]').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      const focused = page.locator(':focus');
      expect(await focused.getAttribute('aria-description')).toMatch(/, day 1: Returned .* Customers \d+ of \d+/);
      await page.getByTestId(testIds.tooltip).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: /requests of this interval/ }).click();
      await page.waitForFunction(
        () => document.querySelector('[data-testid="requests-drawer"]')?.getAttribute('data-state') === 'Done'
      );
      expect(await page.getByTestId('requests-drawer').getByRole('row').count()).toBeGreaterThan(3);
    }));

  it.each([300, 800, 2000])('fit %i pixels', (width) =>
    playground.visit(
      '/?view=retention&compare=1w',
      async (page) => {
        expect(await overflows(page)).toBe(false);
        const root = await retention(page).getByTestId(testIds.retention.root).boundingBox();
        const cells = await retention(page).getByTestId(testIds.retention.cell).count();
        expect(cells).toBeGreaterThan(20);
        expect(root!.width).toBeLessThanOrEqual(width);
        await retention(page).screenshot({ path: join(OUTPUT, `retention-${width}.png`) });
      },
      { width, height: 900 }
    )
  );

  it.each(['dark', 'light'])('have no serious fault in the %s theme', (theme) =>
    playground.visit(`/?view=retention&theme=${theme}&compare=1w`, async (page) => {
      expect(await faultsIn(page, '[data-testid="panel-retention"]')).toEqual([]);
    })
  );
});

describe('the timeline of a customer', () => {
  it('shows what the companion tells of the customer', () =>
    playground.visit('/?view=customer&customer=customer-000002', async (page) => {
      const [from, to] = await shopRange();
      const asked = { queryType: 'customers', view: 'timeline', customer: 'customer-000002', filters: ofShop };
      const column = await playground.ask({ ...asked, limit: 2000 }, from, to);
      const kinds = column('kind') as string[];
      const errors = kinds.filter((kind) => kind === 'error').length;
      const requests = kinds.filter((kind) => kind === 'request').length + errors;
      const summary = await timeline(page).getByTestId(testIds.timeline.summary).innerText();
      expect(summary).toContain(`${requests.toLocaleString('en')} requests in`);
      expect(summary).toContain(`${errors} errors`);
      await timeline(page)
        .getByRole('button', { name: `Errors ${errors}` })
        .click();
      expect(await timeline(page).getByTestId(testIds.timeline.error).count()).toBeGreaterThan(2);
      expect(await timeline(page).getByTestId(testIds.timeline.request).count()).toBe(0);
    }));

  it('draws rows where it is scrolled to, and no more than fit', () =>
    playground.visit('/?view=customer&customer=customer-000002', async (page) => {
      const grid = timeline(page).getByTestId(testIds.timeline.grid);
      const rows = Number(await grid.getAttribute('aria-rowcount'));
      for (const share of [0, 0.5, 1]) {
        const seen = await grid.evaluate(async (element, to) => {
          element.scrollTop = element.scrollHeight * to;
          await new Promise((resolve) => setTimeout(resolve, 200));
          const { top, bottom } = element.getBoundingClientRect();
          const boxes = [...element.querySelectorAll('[role="row"]')].map((row) => row.getBoundingClientRect());
          const inside = boxes.filter((box) => box.bottom > top && box.top < bottom).sort((a, b) => a.top - b.top);
          return {
            drawn: boxes.length,
            covered: inside.at(-1)!.bottom - inside[0].top,
            gaps: inside.some((box, index) => index > 0 && Math.abs(box.top - inside[index - 1].bottom) > 0.5),
            height: element.clientHeight,
          };
        }, share);
        expect(seen.gaps).toBe(false);
        expect(seen.covered).toBeGreaterThanOrEqual(seen.height - 1);
        expect(seen.drawn).toBeLessThan(Math.min(rows, 80));
      }
    }));

  it('is walked with the keyboard, to the end and into a menu', () =>
    playground.visit('/?view=customer&customer=customer-000002', async (page) => {
      const grid = timeline(page).getByTestId(testIds.timeline.grid);
      await grid.locator('[role="row"][tabindex="0"]').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(
        () =>
          document.activeElement?.getAttribute('aria-rowindex') ===
          document.activeElement?.closest('[role="treegrid"]')?.getAttribute('aria-rowcount')
      );
      const { inView } = await page.locator(':focus').evaluate((row) => {
        const view = row.closest('[role="treegrid"]')!.getBoundingClientRect();
        const box = row.getBoundingClientRect();
        return { inView: box.top >= view.top - 1 && box.bottom <= view.bottom + 1 };
      });
      expect(inView).toBe(true);
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Home');
      await page.keyboard.press('ContextMenu');
      await page.getByRole('menuitem', { name: /requests of this session/ }).click();
      await page.waitForFunction(
        () => document.querySelector('[data-testid="requests-drawer"]')?.getAttribute('data-state') === 'Done'
      );
      expect(await page.getByTestId('requests-drawer').getByRole('row').count()).toBeGreaterThan(1);
    }));

  it('leads through its pages by the keyboard, and back, with every row once', async () => {
    const LIMIT = 150;
    const { page, faults } = await playground.open('/?view=customers', { width: 1400, height: 900 });
    try {
      // The view asks for more rows than the small shop has of anybody: its own question, with a smaller page.
      await page.route('**/api/ds/query*', (route) => {
        const body = route.request().postDataJSON() as { queries?: Array<{ view?: string; limit?: number }> };
        const queries = body.queries?.map((query) => (query.view === 'timeline' ? { ...query, limit: LIMIT } : query));
        return route.continue({ postData: JSON.stringify({ ...body, queries }) });
      });
      await page.goto(`${playground.url}/?view=customer&customer=customer-000002`);
      const text = timeline(page).getByTestId(testIds.timeline.page);
      await text.waitFor();
      const rows = async () => {
        const [, first, last, total] =
          /^Rows ([\d,]+) to ([\d,]+) of ([\d,]+)/
            .exec(await text.innerText())
            ?.map((each) => Number(each.replace(/,/g, ''))) ?? [];
        return { first, last, total };
      };
      const turn = async (button: string, to: number) => {
        await timeline(page).getByTestId(button).focus();
        await page.keyboard.press('Enter');
        await timeline(page)
          .getByText(new RegExp(`^Rows ${to.toLocaleString('en')} to `))
          .waitFor();
        expect(await page.locator(':focus').getAttribute('data-testid')).toBe(button);
        return rows();
      };
      const begin = await rows();
      expect(begin).toMatchObject({ first: 1, last: LIMIT });
      expect(begin.total).toBeGreaterThan(LIMIT);
      const pages = [begin];
      while (pages.at(-1)!.last! < begin.total!) {
        const next = await turn(testIds.timeline.older, pages.at(-1)!.last! + 1);
        expect(next.total).toBe(begin.total);
        pages.push(next);
      }
      expect(await timeline(page).getByTestId(testIds.timeline.older).getAttribute('aria-disabled')).toBe('true');
      expect(pages.reduce((sum, { first, last }) => sum + last! - first! + 1, 0)).toBe(begin.total);
      for (const { first } of pages.slice(0, -1).reverse()) {
        await turn(testIds.timeline.newer, first!);
      }
      expect(await timeline(page).getByTestId(testIds.timeline.newer).getAttribute('aria-disabled')).toBe('true');
      expect(faults).toEqual([]);
    } finally {
      await page.context().close();
    }
  });

  it.each([300, 800, 2000])('fits %i pixels', (width) =>
    playground.visit(
      '/?view=customer&customer=customer-000002',
      async (page) => {
        expect(await overflows(page)).toBe(false);
        const cut = await timeline(page)
          .getByTestId(testIds.timeline.filter)
          .evaluateAll((chips) => {
            const box = chips[0].closest('[data-testid="panel-timeline"]')!.getBoundingClientRect();
            return chips.filter((chip) => chip.getBoundingClientRect().right > box.right).length;
          });
        expect(cut).toBe(0);
        await timeline(page).screenshot({ path: join(OUTPUT, `timeline-${width}.png`) });
      },
      { width, height: 900 }
    )
  );

  it.each(['dark', 'light'])('has no serious fault in the %s theme, errors and all', (theme) =>
    playground.visit(`/?view=customer&customer=customer-000002&theme=${theme}`, async (page) => {
      expect(await faultsIn(page, '[data-testid="panel-timeline"]')).toEqual([]);
      await timeline(page)
        .getByRole('button', { name: /^Errors/ })
        .click();
      expect(await faultsIn(page, '[data-testid="panel-timeline"]')).toEqual([]);
    })
  );
});
