import { testIds } from '../../src/components/test-ids';
import { Playground, settled } from './playground';

jest.setTimeout(120_000);

let playground: Playground;

beforeAll(async () => {
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

it('says so in every panel of ours when a range has no requests', () =>
  playground.visit('/?view=shop&from=1000000000000&to=1000086400000', async (page) => {
    for (const panel of ['heatmap', 'errors']) {
      const message = page.getByTestId(`panel-${panel}`).getByTestId(testIds.message);
      await message.waitFor();
      expect((await message.innerText()).trim()).not.toBe('');
    }
  }));

it('compares heatmap, funnel and errors with the week before', () =>
  playground.visit('/?view=shop', async (page) => {
    await page.getByRole('radio', { name: '1 week' }).click({ force: true });
    await page.getByTestId(testIds.heatmap.rowChange).first().waitFor();
    await settled(page);
    expect(await page.getByTestId('panel-funnel').getByTestId(testIds.funnel.summary).innerText()).toMatch(/earlier/);
    expect(await page.getByTestId('panel-errors').getByTestId(testIds.errors.summary).innerText()).toMatch(/earlier/);
  }));

it('opens the requests behind a step of the funnel with the keyboard, and closes them with Escape', () =>
  playground.visit('/?view=shop', async (page) => {
    const steps = page.getByTestId('panel-funnel').getByTestId(testIds.funnel.step);
    await steps.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page
      .getByRole('menuitem', { name: /requests/i })
      .first()
      .click();
    await page.locator('[data-testid="requests-drawer"][data-state="Done"]').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('requests-drawer').waitFor({ state: 'detached' });
    await expect(page.evaluate(() => document.activeElement?.getAttribute('data-step'))).resolves.toBe('1');
  }));
