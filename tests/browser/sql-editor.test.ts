import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { axeFaults } from './page-faults';
import { Playground, settled } from './playground';

jest.setTimeout(120_000);

const OUTPUT = join(__dirname, 'output');
const TRAFFIC = { queryType: 'traffic', metrics: ['requests'], groupBy: ['service'], interval: '1h' };
const EDITOR = '.monaco-editor';

let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

/** Opens the query editor with a query; fails the test on errors of the page and on anything asked of elsewhere. */
async function withEditor(
  query: object,
  test: (page: Page) => Promise<void>,
  { without, theme = 'dark' }: { without?: RegExp; theme?: string } = {}
) {
  const context = await playground.browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => without || faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(playground.url) && !/^(data|blob):/.test(request.url())) {
      faults.push(`asked ${request.url()}`);
    }
  });
  if (without) {
    await page.route(without, (route) => route.abort());
  }
  try {
    await page.goto(`${playground.url}/editor?theme=${theme}&query=${encodeURIComponent(JSON.stringify(query))}`);
    await answered(page);
    await test(page);
    expect(faults).toEqual([]);
  } finally {
    await context.close();
  }
}

/** What came of the query that was asked last. */
async function answered(page: Page): Promise<string> {
  await settled(page);
  return page.getByTestId('panel-answer').innerText();
}

/** Puts the keyboard into Monaco, over all of its text. */
async function overAll(page: Page): Promise<void> {
  await page.locator(`${EDITOR} .view-lines`).first().click();
  await page.keyboard.press('Control+A');
}

/** Waits until the editor shows the text: Monaco draws its lines some time after it has it. */
async function showsText(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    ([selector, wanted]) =>
      [...document.querySelectorAll(selector!)]
        .map((line) => line.textContent)
        .join('\n')
        .replaceAll('\u00a0', ' ')
        .includes(wanted!),
    [`${EDITOR} .view-line`, text]
  );
}
const suggestions = (page: Page) => page.locator('.suggest-widget .monaco-list-row');

it('writes a builder query as SQL that has an answer, and brings it back', () =>
  withEditor(TRAFFIC, async (page) => {
    const before = await answered(page);
    await page.getByRole('radio', { name: 'SQL' }).click({ force: true });
    await page.locator(EDITOR).first().waitFor();
    await showsText(page, "$__timeGroup(time, '1h') AS time");
    const frames = /\d+ frames/;
    expect(frames.exec(await answered(page))?.[0]).toBe(frames.exec(before)![0]);
    await page.screenshot({ path: join(OUTPUT, 'sql-editor.png') });
    await page.getByRole('radio', { name: 'Builder' }).click({ force: true });
    await page.getByLabel('Interval').waitFor();
    expect(await page.getByLabel('Interval').inputValue()).toBe('1h');
  }));

it('suggests attributes and columns, runs on Ctrl-Enter, marks the place of an error, and lets the keyboard out', () =>
  withEditor({ queryType: 'sql', sql: 'SELECT 1' }, async (page) => {
    await page.locator(EDITOR).first().waitFor();
    await overAll(page);
    await page.keyboard.type('SELECT attributes[');
    await suggestions(page).first().waitFor();
    expect((await suggestions(page).first().textContent())?.startsWith("'")).toBe(true);
    await page.keyboard.press('Escape');
    await overAll(page);
    await page.keyboard.type('SELECT serv');
    await suggestions(page).filter({ hasText: 'service' }).first().waitFor();
    await page.keyboard.press('Escape');
    await overAll(page);
    await page.keyboard.type('SELECT statu FROM requests ');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.locator('.squiggly-error').first().waitFor();
    expect(await answered(page)).toContain('statu');
    expect(await page.locator(`${EDITOR} textarea`).first().getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run query');
  }));

it('formats SQL, and what comes of it runs', () =>
  withEditor({ queryType: 'sql', sql: 'select 1 as one,2 as two from requests limit 1' }, async (page) => {
    await page.locator(EDITOR).first().waitFor();
    await page.locator(`${EDITOR} .view-lines`).first().click();
    await page.getByRole('button', { name: 'Format SQL' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.monaco-editor .view-line').length > 3);
    await showsText(page, 'SELECT\n  1 AS one,\n  2 AS two\nFROM\n');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().postData()?.includes('1 AS one') ?? false),
      page.getByRole('button', { name: 'Run query' }).click(),
    ]);
    expect(answer.status()).toBe(200);
    expect(await answered(page)).toContain('1 frame, 1 row');
  }));

it.each(['dark', 'light'])('has no fault that axe finds in the %s theme', (theme) =>
  withEditor(
    { queryType: 'sql', sql: 'SELECT count(*) AS n FROM requests WHERE $__timeFilter(time)' },
    async (page) => {
      await page.locator(EDITOR).first().waitFor();
      expect(await axeFaults(page)).toEqual([]);
    },
    { theme }
  )
);

it('is a text area that works where Monaco cannot be loaded', () =>
  withEditor(
    { queryType: 'sql', sql: 'SELECT 1 AS one' },
    async (page) => {
      const area = page.locator('textarea[aria-label="SQL"]');
      await area.fill('SELECT 1 AS one UNION ALL SELECT 2');
      await page.keyboard.press('Control+Enter');
      await page.getByText('1 frame, 2 rows').waitFor();
      expect(await page.locator(EDITOR).count()).toBe(0);
    },
    { without: /ReactMonacoEditor/ }
  ));
