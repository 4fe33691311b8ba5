import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';
import { axeFaults, overflow } from './page-faults';
import { Playground, settled } from './playground';

jest.setTimeout(180_000);

const OUTPUT = join(__dirname, 'output');
let playground: Playground;

beforeAll(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  playground = await Playground.start();
  // The lake of these tests is kept from one run to the next.
  const cohorts = (await (await fetch(`${playground.query}/api/cohorts`)).json()) as Array<{ name: string }>;
  await Promise.all(cohorts.map(({ name }) => forget(name)));
}, 300_000);

afterAll(() => playground?.close());

const forget = (name: string) => fetch(`${playground.query}/api/cohorts/${name}`, { method: 'DELETE' });
const dialogOf = (page: Page): Locator => page.getByTestId(testIds.cohorts.dialog);

/** The number in the line that says how many there are, once it is there. */
async function counted(line: Locator): Promise<number> {
  await line.filter({ hasText: /\d/ }).waitFor();
  return Number((await line.innerText()).replace(/\D/g, ''));
}

/** Saves what the form is open for under a name; how many were told before and after. */
async function save(page: Page, name: string): Promise<[before: number, after: number]> {
  const dialog = dialogOf(page);
  const line = dialog.getByTestId(testIds.cohorts.count);
  const before = await counted(line);
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByText('is saved as').waitFor();
  return [before, await counted(line.filter({ hasText: 'in it' }))];
}

it('saves who stopped for a reason, filters by it, and keeps how many they are', () =>
  playground.visit('/?view=shop', async (page) => {
    const panel = page.getByTestId('panel-funnel');
    const reason = panel.getByTestId(testIds.funnel.reason).first();
    await reason.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /^Save as cohort/ }).click();
    const dialog = dialogOf(page);
    expect(await dialog.getByLabel('Name').inputValue()).toMatch(/^stopped-before-[a-z-]+$/);
    const [before, after] = await save(page, 'stopped-so');
    expect(before).toBeGreaterThan(0);
    expect(after).toBe(before);

    await dialog.getByRole('button', { name: 'Filter the dashboard by it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await settled(page);
    const entered = panel.getByTestId(testIds.funnel.step).first();
    expect(await entered.getAttribute('aria-description')).toContain(`${before.toLocaleString('en')}`);
    await page.getByRole('button', { name: 'Remove the filter on cohort' }).waitFor();

    await page.goto(`${playground.url}/cohorts`);
    const card = page.locator('[data-cohort="stopped-so"]');
    await card.getByRole('button', { name: 'Count members' }).click();
    expect(await counted(card.getByTestId(testIds.cohorts.count))).toBe(before);
    await card.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('stopped-so.csv');
    const lines = (await readFile((await download.path())!, 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(before + 1);

    await card.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await card.waitFor({ state: 'detached' });
    await page.getByText('No cohort is saved yet').waitFor();
  }));

it.each([
  ['a step of a funnel', '/?view=shop', 'got-there', /^Save who got here/, 'funnel', testIds.funnel.step],
  ['a drop of a funnel', '/?view=shop', 'stopped', /^Save who stopped here/, 'funnel', testIds.funnel.step],
  ['a cohort of retention', '/?view=retention', 'began', /^Save as cohort/, 'retention', testIds.retention.cohort],
])('counts %s as it is counted when it is saved', (_, path, name, item, panelId, mark) =>
  playground.visit(path, async (page) => {
    const panel = page.getByTestId(`panel-${panelId}`);
    await panel.getByTestId(mark).nth(2).click();
    await page.getByRole('menuitem', { name: item }).click();
    const [before, after] = await save(page, name);
    await forget(name);
    expect(before).toBeGreaterThan(0);
    expect(after).toBe(before);
  })
);

it('saves who met an error, of whom the form is told', () =>
  playground.visit('/?view=shop', async (page) => {
    const panel = page.getByTestId('panel-errors');
    await panel.getByTestId(testIds.errors.row).first().click();
    await panel
      .getByRole('button', { name: /Save as cohort/ })
      .first()
      .click();
    const dialog = dialogOf(page);
    await dialog.getByRole('radio', { name: 'Sessions' }).check();
    await dialog.getByTestId(testIds.cohorts.count).filter({ hasText: 'sessions' }).waitFor();
    const [before, after] = await save(page, 'met-it');
    await forget('met-it');
    expect(after).toBe(before);
  }));

describe.each(['dark', 'light'])('in the %s theme', (theme) => {
  beforeAll(() =>
    fetch(`${playground.query}/api/cohorts/met-a-server-error`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        title: 'Met a server error',
        filters: [{ key: 'status', operator: '>=', value: '500' }],
      }),
    })
  );
  afterAll(() => forget('met-a-server-error'));

  it.each([320, 800, 1920])('the form has no faults in %i pixels', (width) =>
    playground.visit(
      `/?view=shop&theme=${theme}`,
      async (page) => {
        const panel = page.getByTestId('panel-funnel');
        const reasons = panel.getByRole('radio', { name: 'Reasons' });
        if (await reasons.isVisible()) {
          await reasons.check();
        }
        await panel.getByTestId(testIds.funnel.reason).first().click();
        await page.getByRole('menuitem', { name: /^Save as cohort/ }).click();
        await counted(dialogOf(page).getByTestId(testIds.cohorts.count));
        const box = await page.getByRole('dialog').boundingBox();
        expect(box!.x).toBeGreaterThanOrEqual(0);
        expect(box!.x + box!.width).toBeLessThanOrEqual(width);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        expect(await axeFaults(page, '[role="dialog"]')).toEqual([]);
        await page.screenshot({ path: join(OUTPUT, `save-cohort-${width}-${theme}.png`) });
      },
      { width, height: 900 }
    )
  );

  it('the page has no faults from 320 to 1920 pixels', async () => {
    const context = await playground.browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(`${playground.url}/cohorts?theme=${theme}`);
    await page.getByTestId(testIds.cohorts.cohort).first().waitFor();
    for (const width of [320, 800, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await axeFaults(page)).toEqual([]);
      await page.screenshot({ path: join(OUTPUT, `cohorts-${width}-${theme}.png`) });
    }
    await context.close();
  });
});
