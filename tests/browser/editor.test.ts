import type { Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { answer, asked, becomes, choose, form, says, write } from './editor-page';
import { Playground, settled } from './playground';
import { EDITED, editorPath } from './queries';

jest.setTimeout(120_000);

const WEEK = 7 * 86_400_000;
let playground: Playground;

beforeAll(async () => {
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

const edit = (start: object, test: (page: Page) => Promise<void>, kind?: string) =>
  playground.visit(editorPath(start, kind), test, { width: 1500, height: 1000 });

describe('traffic', () => {
  it('asks what is picked, and draws it', () =>
    edit({ queryType: 'traffic', metrics: ['requests'] }, async (page) => {
      await choose(page, 'Group by', 'status_class');
      await choose(page, 'Top groups by', 'Errors');
      await write(page, 'Interval', '1d');
      await says(page, /^[2-9] frames/);
      await becomes(page, { groupBy: ['status_class'], orderBy: 'errors', interval: '1d' });
      await answer(page).locator('.uplot').waitFor();
      await answer(page).getByRole('radio', { name: 'Table' }).click({ force: true });
      await answer(page).getByRole('table').waitFor();
    }));

  it('says at the field what is wrong with it, and that the query cannot run', () =>
    edit({ queryType: 'traffic', metrics: ['requests'] }, async (page) => {
      await write(page, 'Interval', 'soon');
      await form(page)
        .getByRole('alert')
        .filter({ hasText: /interval|duration/i })
        .first()
        .waitFor();
      expect(await form(page).getByLabel('Interval', { exact: true }).getAttribute('aria-invalid')).toBe('true');
      await form(page)
        .getByText(/This query cannot run yet/)
        .waitFor();
      await write(page, 'Interval', '6h');
      await form(page)
        .getByText(/This query cannot run yet/)
        .waitFor({ state: 'detached' });
    }));

  it('filters by a value that occurs', () =>
    edit({ queryType: 'traffic', metrics: ['requests'] }, async (page) => {
      await form(page).getByRole('button', { name: 'Add filter', exact: true }).click();
      await choose(page, 'Filter 1 key', 'service');
      await choose(page, 'Filter 1 value', 'checkout');
      await settled(page);
      await becomes(page, { filters: [{ key: 'service', operator: '=', value: 'checkout' }] });
    }));

  it('compares with an earlier time', () =>
    edit({ queryType: 'traffic', metrics: ['requests'], interval: '1d' }, async (page) => {
      await choose(page, 'Compare with', '1 day earlier');
      await settled(page);
      await becomes(page, { timeShift: '1d' });
      await answer(page)
        .getByText(/earlier/)
        .first()
        .waitFor();
    }));
});

it('endpoints: shows a row for each of the keys that are picked', () =>
  edit(EDITED.endpoints, async (page) => {
    await write(page, 'Rows', '3');
    // The rest is a row of its own.
    await says(page, /1 frame, 4 rows/);
    const to = (await playground.newest()) + 1;
    const column = await playground.ask({ ...EDITED.endpoints, limit: 3 }, to - WEEK, to);
    const shown = await answer(page).getByRole('row').nth(1).innerText();
    expect(shown).toContain(String(column('route')[0]));
  }));

it('heatmap: takes metric, columns and a number of rows', () =>
  edit({ queryType: 'heatmap' }, async (page) => {
    await choose(page, 'Metric', 'Errors');
    await choose(page, 'Columns', 'Hour of day');
    await write(page, 'Row limit', '5');
    await settled(page);
    await becomes(page, { metric: 'errors', x: 'hour_of_day', limit: 5 });
    await answer(page).getByTestId(testIds.heatmap.canvas).waitFor();
    expect(await answer(page).getByTestId(testIds.heatmap.rowLabel).count()).toBeLessThanOrEqual(6);
  }));

it('funnel: adds, names and moves steps', () =>
  edit(EDITED.funnel, async (page) => {
    await form(page).getByRole('button', { name: 'Add step', exact: true }).click();
    await write(page, 'Step 3 name', 'Payment');
    await form(page).getByRole('button', { name: 'Step 3 conditions', exact: true }).click();
    await form(page).getByRole('button', { name: 'Add step 3 filter', exact: true }).click();
    await choose(page, 'Step 3 filter 1 key', 'route');
    await choose(page, 'Step 3 filter 1 value', '/api/checkout/{id}/payment');
    await settled(page);
    await answer(page).getByTestId(testIds.funnel.step).nth(2).waitFor();
    await form(page).getByRole('button', { name: 'Move step 3 up' }).click();
    await settled(page);
    const steps = (await asked(page)).steps as Array<{ name: string }>;
    expect(steps.map(({ name }) => name)).toEqual(['Product list', 'Payment', 'Into the cart']);
    const within = form(page).getByRole('combobox', { name: 'Within', exact: true });
    await within.fill('an hour');
    await page
      .getByRole('option', { name: /an hour/ })
      .first()
      .waitFor();
    await page
      .getByRole('option')
      .filter({ hasText: /custom value/i })
      .click();
    await form(page)
      .getByText(/This query cannot run yet/)
      .waitFor();
  }));

it('errors: takes keys and a number of rows', () =>
  edit(EDITED.errors, async (page) => {
    await choose(page, 'A row per', 'service');
    await write(page, 'Rows', '4');
    await settled(page);
    await becomes(page, { groupBy: ['status', 'route', 'service'], limit: 4 });
    expect(await answer(page).getByTestId(testIds.errors.row).count()).toBeLessThanOrEqual(5);
  }));

it('requests: finds a text in what was asked', () =>
  edit(EDITED.requests, async (page) => {
    await write(page, 'Containing', 'voucher');
    await settled(page);
    await becomes(page, { search: 'voucher' });
    expect(await answer(page).getByRole('row').nth(1).innerText()).toContain('voucher');
  }));

it('values: lists the values of another key, as the companion does', () =>
  edit(EDITED.values, async (page) => {
    await choose(page, 'Key', 'method');
    await settled(page);
    const to = (await playground.newest()) + 1;
    const column = await playground.ask({ queryType: 'values', key: 'method' }, to - WEEK, to);
    const rows = await answer(page).getByRole('row').allInnerTexts();
    expect(rows.slice(1).map((text) => text.split('\n')[0])).toEqual(column('value'));
  }));

it('annotations: shows the marks of the kinds that are picked', () =>
  edit(
    {},
    async (page) => {
      await says(page, /4 in the range/);
      await answer(page).getByText('cardgate is slow').first().waitFor();
      await answer(page).getByText('checkout 2.15.0').first().waitFor();
      await form(page).getByRole('button', { name: 'Add filter', exact: true }).click();
      await choose(page, 'Filter 1 key', 'service');
      await choose(page, 'Filter 1 value', 'catalog');
      await says(page, /Nothing happened/);
    },
    'annotations'
  ));

it('variable: lists values, keys and datasets', () =>
  edit(
    { keyName: 'service' },
    async (page) => {
      await says(page, /^6 values$/);
      await answer(page).getByText('checkout').first().waitFor();
      await choose(page, 'List', 'Datasets');
      await says(page, /^1 values?$/);
      await answer(page).getByText('requests').first().waitFor();
      await choose(page, 'List', 'Keys');
      await says(page, /^\d\d+ values$/);
    },
    'variable'
  ));

it('settings: says what is wrong with an address, and shows what Grafana keeps, without secrets', () =>
  edit(
    {},
    async (page) => {
      await form(page).getByLabel('URL').fill('companion');
      await form(page).getByRole('alert').first().waitFor();
      await form(page).getByLabel('URL').fill('http://companion:8585');
      await form(page).getByRole('alert').waitFor({ state: 'detached' });
      await form(page).locator('#apitrail-key').fill('ak_secret');
      await form(page).getByLabel('Timeout').fill('45');
      const kept = await answer(page).getByLabel('Settings').innerText();
      expect(JSON.parse(kept)).toMatchObject({
        url: 'http://companion:8585',
        jsonData: { timeout: 45 },
        secureJsonData: { apiKey: '<secret>' },
      });
      expect(kept).not.toContain('ak_secret');
    },
    'settings'
  ));

it('keeps what was built when the type is changed to SQL and back', () =>
  edit({ ...EDITED.funnel, filters: [{ key: 'service', operator: '!=', value: 'payments' }] }, async (page) => {
    const before = await asked(page);
    await form(page).getByRole('radio', { name: 'SQL' }).click({ force: true });
    await page.locator('.monaco-editor').first().waitFor();
    await form(page).getByRole('radio', { name: 'Builder' }).click({ force: true });
    await form(page).getByLabel('Within', { exact: true }).waitFor();
    expect(await asked(page)).toEqual(before);
  }));
