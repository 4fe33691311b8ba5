import { testIds } from '../../src/components/test-ids';
import { axeFaults, cutTexts, overflow } from './page-faults';
import { Playground } from './playground';
import { editorPath } from './queries';

jest.setTimeout(120_000);

const DAY = 86_400_000;
const equals = (key: string, value: string) => ({ key, operator: '=', value });
const step = (name: string, method: string, route: string) => ({
  name,
  filters: [equals('method', method), equals('route', route)],
});
const FUNNEL = {
  queryType: 'funnel',
  unit: 'session',
  window: '1h',
  steps: [
    step('Product', 'GET', '/api/products/{id}'),
    step('Into the cart', 'POST', '/api/cart/items'),
    step('Checkout', 'POST', '/api/checkout'),
    step('Payment', 'POST', '/api/checkout/{id}/payment'),
  ],
};
const VIEWS = {
  reasons: { ...FUNNEL, view: 'reasons' },
  breakdown: { ...FUNNEL, breakdown: 'region', timeShift: '1w' },
  trend: { ...FUNNEL, view: 'trend', breakdown: 'region', interval: '1d' },
  correlation: { ...FUNNEL, view: 'correlation' },
  units: { ...FUNNEL, view: 'units', reasons: true },
};
let playground: Playground;

beforeAll(async () => {
  playground = await Playground.start();
}, 300_000);

afterAll(() => playground?.close());

describe.each(Object.entries(VIEWS))('the view %s', (_, query) => {
  it.each(['dark', 'light'])('has no faults from 300 to 2000 pixels in the %s theme', (theme) =>
    playground.visit(`${editorPath(query)}&theme=${theme}`, async (page) => {
      for (const width of [340, 800, 2000]) {
        await page.setViewportSize({ width, height: 900 });
        await page.getByTestId(testIds.funnel.counted).waitFor();
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        expect(await cutTexts(page)).toEqual([]);
        expect(await axeFaults(page, '[data-testid="panel-answer"]')).toEqual([]);
      }
    })
  );
});

it('tells the drop of every step by reasons that add up to it', () =>
  playground.visit('/?view=shop', async (page) => {
    const to = (await playground.newest()) + 1;
    const panel = page.getByTestId('panel-funnel');
    const part = panel.getByTestId(testIds.funnel.dropPart).first();
    await part.waitFor();
    const filters = [
      { key: 'direction', operator: '!=', value: 'client' },
      { key: 'service', operator: '!=', value: 'erddap' },
    ];
    const steps = [step('Product list', 'GET', '/api/products'), ...FUNNEL.steps];
    const column = await playground.ask({ ...FUNNEL, steps, filters, view: 'reasons' }, to - 7 * DAY, to);
    const reasons = column('reason') as string[];
    const shown = await panel
      .getByTestId(testIds.funnel.dropPart)
      .evaluateAll((parts) => parts.map((each) => each.getAttribute('data-reason')));
    expect(new Set(shown)).toEqual(new Set(reasons.filter((reason) => reason !== 'pending')));
    await panel.getByTestId(testIds.funnel.step).nth(2).focus();
    const said = await panel.getByTestId(testIds.funnel.step).nth(2).getAttribute('aria-description');
    const diverted = reasons.reduce(
      (sum, reason, row) =>
        sum + (reason === 'diverted' && column('step')[row] === 3 ? Number(column('units')[row]) : 0),
      0
    );
    expect(said).toContain(`– Went elsewhere ${diverted.toLocaleString('en')}`);
  }));

it('leads from a reason to its units with the keyboard', () =>
  playground.visit('/?view=shop', async (page) => {
    const panel = page.getByTestId('panel-funnel');
    const reasons = panel.getByTestId(testIds.funnel.reason);
    await reasons.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /^List these sessions/ }).click();
    const drawer = page.locator('[data-testid="requests-drawer"][data-state="Done"]');
    await drawer.waitFor();
    await drawer.getByTestId(testIds.funnel.attempt).first().waitFor();
    await page.keyboard.press('Escape');
  }));

it('says a bucket of the trend, and zooms', () =>
  playground.visit(editorPath(VIEWS.trend), async (page) => {
    const plot = page.getByTestId(testIds.funnel.trend);
    await plot.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByTestId(testIds.funnel.trendLive).textContent()).toMatch(/% of \d+/);
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Zoom in' }).waitFor();
  }));
