import { testIds } from '../../src/components/test-ids';
import { Playground } from './playground';

jest.setTimeout(120_000);

let playground: Playground;

beforeAll(async () => {
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

it('marks the deploys of the shop over its time series and its heatmap, until they are switched off', async () => {
  const { page, faults } = await playground.open('/?view=shop');
  const marks = (panel: string) =>
    page
      .getByTestId(`panel-${panel}`)
      .getByTestId(testIds.annotations.handles)
      .getByRole('button', { name: /^checkout 2\.15\.\d/ });
  for (const panel of ['traffic', 'latency', 'heatmap']) {
    await marks(panel).nth(1).waitFor();
    expect(await marks(panel).count()).toBe(2);
    // Where a mark points to lies the moment: left of the second deploy, in the drawing.
    const [first, second] = [await marks(panel).nth(0).boundingBox(), await marks(panel).nth(1).boundingBox()];
    const box = await page.getByTestId(`panel-${panel}`).boundingBox();
    expect(first!.x).toBeGreaterThan(box!.x);
    expect(first!.x).toBeLessThanOrEqual(second!.x);
    expect(second!.x).toBeLessThan(box!.x + box!.width);
  }

  await marks('heatmap').first().focus();
  const tooltip = page.getByTestId(testIds.tooltip);
  expect(await tooltip.textContent()).toMatch(/checkout 2\.15\.0.*Replaced 2\.14\.3 in production/);
  await page.keyboard.press('ArrowRight');
  expect(await tooltip.textContent()).toContain('checkout 2.15.1');
  await page.keyboard.press('Escape');
  expect(await tooltip.count()).toBe(0);

  await page.getByLabel('Deploys').uncheck({ force: true });
  await marks('heatmap').first().waitFor({ state: 'detached' });
  expect(await marks('traffic').count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});
