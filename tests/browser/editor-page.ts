import type { Locator, Page } from 'playwright-core';

import { settled } from './playground';

/** The form of the page. */
export const form = (page: Page): Locator => page.getByTestId('editor-form');
/** What comes of it. */
export const answer = (page: Page): Locator => page.getByTestId('panel-answer');

/** Chooses in a field of the form, as a person does: opens it, types, and takes the option of that name. */
export async function choose(page: Page, field: string, option: string): Promise<void> {
  const box = form(page).getByRole('combobox', { name: field, exact: true });
  await box.click();
  await box.fill(option);
  // An option's name is followed by what it means.
  const label = page.getByText(option, { exact: true });
  await page
    .getByRole('option')
    .filter({ has: label, hasNotText: /custom value/i })
    .first()
    .click();
  // A list of several stays open. Escape would empty a field whose list is closed.
  await box.blur();
}

export async function write(page: Page, field: string, text: string): Promise<void> {
  await form(page).getByLabel(field, { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** What the query has become, from the preview of the form. */
export async function asked(page: Page): Promise<Record<string, unknown>> {
  const preview = page.getByLabel('Query as it will run');
  if ((await preview.count()) === 0) {
    await page.getByRole('button', { name: 'What will run' }).click();
  }
  return JSON.parse(await preview.innerText()) as Record<string, unknown>;
}

/** Waits until the query has become so. */
export async function becomes(page: Page, query: Record<string, unknown>): Promise<void> {
  const until = Date.now() + 15_000;
  for (;;) {
    await settled(page);
    const now = await asked(page);
    try {
      expect(now).toMatchObject(query);
      return;
    } catch (difference) {
      if (Date.now() > until) {
        throw difference;
      }
      await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
    }
  }
}

/** Waits until the answer says so. */
export async function says(page: Page, pattern: RegExp): Promise<void> {
  await answer(page).getByText(pattern).first().waitFor();
  await settled(page);
}
