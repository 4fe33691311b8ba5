import { testIds } from '../../src/components/test-ids';
import { Playground, settled } from './playground';

jest.setTimeout(120_000);

const DAY = 86_400_000;
const not = (key: string, value: string) => ({ key, operator: '!=', value });
const OF_SHOP = not('service', 'erddap');
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

it('draws a ghost of every series in the compared time series', () =>
  playground.visit('/?view=shop', async (page) => {
    const names = async () => (await page.getByTestId('panel-latency').innerText()).split('\n').slice(1);
    const present = await names();
    expect(present).toEqual(['p50 latency', 'p95 latency', 'p99 latency']);
    await page.getByRole('radio', { name: '1 week' }).click({ force: true });
    await page.getByTestId('panel-latency').getByText('earlier').first().waitFor();
    await settled(page);
    expect(await names()).toEqual([...present, ...present.map((name) => `${name} (1w earlier)`)]);
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
    await expect(page.evaluate(() => document.activeElement?.getAttribute('data-mark'))).resolves.toBe('1');
  }));

it('says that a panel is loading until its answer is there', () =>
  playground.visit('/?view=shop', async (page) => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/ds/query*', async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Ask again' }).click();
    for (const id of ['heatmap', 'funnel', 'errors', 'traffic']) {
      const panel = page.locator(`[data-testid="panel-${id}"][data-state="Loading"]`);
      await panel.getByLabel('Panel loading bar').waitFor();
    }
    // What was there before stays until then.
    expect(await page.getByTestId('panel-errors').getByTestId(testIds.errors.row).count()).toBeGreaterThan(0);
    release();
    await settled(page);
    expect(await page.getByLabel('Panel loading bar').count()).toBe(0);
  }));

it('says in the panel what the companion refuses', () =>
  playground.visit('/?view=shop', async (page) => {
    await page.route('**/api/ds/query*', async (route) => {
      const body = route.request().postDataJSON() as { queries: Array<Record<string, unknown>> };
      const queries = body.queries.map((query) =>
        query.queryType === 'heatmap' ? { ...query, metric: 'no_such_metric' } : query
      );
      await route.continue({ postData: JSON.stringify({ ...body, queries }) });
    });
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.locator('[data-testid="panel-heatmap"][data-state="Error"]').waitFor();
    expect(await page.getByTestId('panel-heatmap').innerText()).toMatch(/no_such_metric/);
    await settled(page);
    expect(await page.getByTestId('panel-errors').getAttribute('data-state')).toBe('Done');
  }));

it('shows the values of the companion in the heatmap', () =>
  playground.visit('/?view=shop', async (page) => {
    const to = (await playground.newest()) + 1;
    const query = {
      queryType: 'heatmap',
      x: 'time',
      y: ['service', 'method', 'route'],
      metric: 'error_rate',
      orderBy: 'errors',
      limit: 24,
      interval: '2h',
      filters: [not('direction', 'client'), OF_SHOP],
    };
    const column = await playground.ask(query, to - 7 * DAY, to);
    const columns = [...new Set(column('x') as number[])].sort((a, b) => a - b);
    const rows = [...new Set(column('y') as string[])];
    const panel = page.getByTestId('panel-heatmap');
    const labels = await panel.getByTestId(testIds.heatmap.rowLabel).allInnerTexts();
    expect(labels.map((label) => label.replaceAll('\n', ' ')).sort()).toEqual(rows.sort());
    await panel.getByTestId(testIds.heatmap.plot).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('End');
    const live = panel.getByTestId(testIds.heatmap.live);
    let compared = 0;
    for (const label of labels.slice(0, 8)) {
      const said = await live.innerText();
      const name = label.replaceAll('\n', ' ');
      expect(said.startsWith(`${name}, `)).toBe(true);
      const at = (column('y') as string[]).findIndex(
        (y, index) => y === name && column('x')[index] === columns[columns.length - 1]
      );
      if (at >= 0) {
        expect(said).toContain(`Of requests: ${column('numerator')[at]} of ${column('denominator')[at]}`);
        compared++;
      }
      await page.keyboard.press('ArrowDown');
    }
    expect(compared).toBeGreaterThan(2);
  }));

it('shows the values of the companion in the errors', () =>
  playground.visit('/?view=shop', async (page) => {
    const to = (await playground.newest()) + 1;
    const query = { queryType: 'errors', groupBy: ['status', 'service', 'route'], limit: 100, filters: [OF_SHOP] };
    const column = await playground.ask(query, to - 7 * DAY, to);
    const rows = page.getByTestId('panel-errors').getByTestId(testIds.errors.row);
    for (const index of [0, 1, 2]) {
      const shown = (await rows.nth(index).innerText()).split('\n');
      const share = `${(Number(column('share')[index]) * 100).toFixed(1)}%`;
      for (const value of [column('status')[index], column('route')[index], column('requests')[index], share]) {
        expect(shown).toContain(String(value));
      }
    }
  }));

it('shows the values of the companion in the requests', () =>
  playground.visit('/?view=shop', async (page) => {
    const to = (await playground.newest()) + 1;
    const columns = ['time', 'service', 'method', 'path', 'status', 'session'];
    const column = await playground.ask(
      { queryType: 'requests', limit: 3, columns, filters: [OF_SHOP] },
      to - 7 * DAY,
      to
    );
    const rows = page.getByTestId('panel-requests').getByRole('row');
    for (const index of [0, 1, 2]) {
      const shown = (await rows.nth(index + 1).innerText()).split('\n');
      const time = new Date(Number(column('time')[index])).toISOString().slice(0, 19).replace('T', ' ');
      for (const value of [time, ...columns.slice(1).map((name) => column(name)[index])]) {
        expect(shown).toContain(String(value));
      }
    }
  }));
