import type { Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { asked, answer, becomes, choose, form } from './editor-page';
import { Playground, settled } from './playground';
import { editorPath } from './queries';

jest.setTimeout(120_000);

const WEEK = 7 * 86_400_000;
const equals = (key: string, value: string) => ({ key, operator: '=', value });
const step = (method: string, route: string) => ({
  name: `${method} ${route}`,
  filters: [equals('method', method), equals('route', route)],
});
const LIST = step('GET', '/api/products');
const PRODUCT = step('GET', '/api/products/{id}');
const CART = step('POST', '/api/cart/items');

let playground: Playground;

beforeAll(async () => {
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

const edit = (steps: object[], test: (page: Page) => Promise<void>) =>
  playground.visit(editorPath({ queryType: 'funnel', steps }), test, { width: 1500, height: 1200 });

const one = (page: Page, name: string) => form(page).getByRole('group', { name, exact: true });

async function names(page: Page): Promise<string[]> {
  return ((await asked(page)).steps as Array<{ name: string }>).map(({ name }) => name);
}

const BLANK = [
  { name: 'Step 1', filters: [] },
  { name: 'Step 2', filters: [] },
];

it('builds a funnel of three steps without a name, a key or a value being typed', () =>
  edit(BLANK, async (page) => {
    await choose(page, 'Step 1 request', 'GET /api/products');
    const next = form(page).getByRole('group', { name: 'Where customers go after GET /api/products', exact: true });
    await next.getByRole('button', { name: /^GET \/api\/products\/\{id\}\s*\d/ }).click();
    await form(page).getByRole('button', { name: 'Add step', exact: true }).click();
    await choose(page, 'Step 3 request', 'POST /api/cart/items');
    await becomes(page, { steps: [LIST, PRODUCT, CART] });

    // What the form counts is what the companion answers, and what the panel draws.
    const to = (await playground.newest()) + 1;
    const query = { queryType: 'funnel', steps: [LIST, PRODUCT, CART] };
    const units = (await playground.ask(query, to - WEEK, to))('units') as number[];
    for (const [index, count] of units.entries()) {
      await one(page, `Step ${index + 1}`)
        .getByText(`${count.toLocaleString('en-US')} customers`, { exact: false })
        .waitFor();
    }
    expect(units[0]).toBeGreaterThan(units[2]);
    expect(await answer(page).getByTestId(testIds.funnel.step).count()).toBe(3);
    await form(page)
      .getByText(/of the requests in the range have no customer and are left out/)
      .waitFor();
  }));

it('finds a request by a part of its name, and takes it with Enter', () =>
  edit(BLANK, async (page) => {
    const box = form(page).getByRole('combobox', { name: 'Step 1 request', exact: true });
    await box.click();
    await box.fill('cart item');
    await page.getByRole('option', { name: /POST \/api\/cart\/items/ }).waitFor();
    await page.keyboard.press('Enter');
    await becomes(page, { steps: [CART, {}] });
  }));

it('takes any of several requests as a step', () =>
  edit([LIST, CART], async (page) => {
    await form(page).getByRole('button', { name: 'Step 1: or another request' }).click();
    await choose(page, 'Step 1 request 2', 'GET /api/search');
    await becomes(page, {
      steps: [{ filters: [{ any: [{ all: LIST.filters }, { all: step('GET', '/api/search').filters }] }] }, CART],
    });
    await settled(page);
    await one(page, 'Step 1')
      .getByText(/\d customers/)
      .waitFor();
  }));

it('moves a step by its handle with the keyboard, and says where it is', () =>
  edit([LIST, PRODUCT, CART], async (page) => {
    await form(page).getByLabel('Drag step 3', { exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByText('POST /api/cart/items, step 3 of 3, is lifted.').waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowUp');
    await page.getByText('POST /api/cart/items would be step 2 of 3.').waitFor({ state: 'attached' });
    await page.keyboard.press('Space');
    await page.getByText('POST /api/cart/items is now step 2 of 3.').waitFor({ state: 'attached' });
    expect(await names(page)).toEqual([LIST.name, CART.name, PRODUCT.name]);
  }));

it('moves a step by its handle with the pointer', () =>
  edit([LIST, PRODUCT, CART], async (page) => {
    await one(page, 'Step 3')
      .getByText(/\d customers/)
      .waitFor();
    const from = (await form(page).getByLabel('Drag step 1', { exact: true }).boundingBox())!;
    const to = (await one(page, 'Step 3').boundingBox())!;
    const [x, y] = [from.x + from.width / 2, from.y + from.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 5 });
    await page.mouse.move(x, to.y + to.height / 2 + 20, { steps: 20 });
    await page.getByText('GET /api/products would be step 3 of 3.').waitFor({ state: 'attached' });
    await page.mouse.up();
    await becomes(page, { steps: [PRODUCT, CART, LIST] });
  }));

it('puts what many do in between there', () =>
  edit([LIST, CART], async (page) => {
    await form(page).getByRole('button', { name: 'Insert a step after step 1' }).click();
    const between = form(page).getByRole('group', { name: 'Where customers go after GET /api/products', exact: true });
    await between.getByRole('button', { name: /^GET \/api\/products\/\{id\}\s*\d/ }).click();
    await becomes(page, { steps: [LIST, PRODUCT, CART] });
  }));

it('puts what they come from before the first', () =>
  edit([CART, step('POST', '/api/checkout')], async (page) => {
    await form(page).getByRole('button', { name: 'Insert a step before the first' }).click();
    const before = form(page).getByRole('group', { name: 'Where customers come from before POST /api/cart/items' });
    const first = before.getByRole('button').first();
    const name = (await first.locator('span span').first().innerText()).trim();
    await first.click();
    await becomes(page, { steps: [{ name }, CART, {}] });
  }));

it('makes a funnel of a path that many take', () =>
  edit(BLANK, async (page) => {
    await form(page).getByRole('button', { name: 'From a path…' }).click();
    const paths = form(page).getByRole('group', { name: 'Paths', exact: true });
    const path = paths.getByRole('button').first();
    const requests = (await path.locator('span').first().innerText()).split(' → ');
    expect(requests.length).toBeGreaterThan(1);
    await path.click();
    await paths.waitFor({ state: 'detached' });
    await settled(page);
    expect(await names(page)).toEqual(requests);
    await one(page, 'Step 2')
      .getByText(/\d customers/)
      .waitFor();
  }));
