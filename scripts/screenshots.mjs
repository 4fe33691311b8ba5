// `npm run screenshots -- URL`: the pictures of docs/screenshots, of a playground that runs (`npm start` prints its URL).
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [url] = process.argv.slice(2);
if (!url) {
  console.error('Name the address of the playground, as `npm start` prints it: npm run screenshots -- http://…');
  process.exit(2);
}
const folder = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const FLAGS = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS.split(' '),
});

/** Opens a view once all of its panels have their answers. */
async function open(query, size = { width: 1400, height: 1180 }) {
  const page = await browser.newPage({ viewport: size });
  await page.goto(new URL(`${query}`, url).href);
  await page.waitForFunction(() => {
    const panels = [...document.querySelectorAll('[data-testid^="panel-"][data-state]')];
    return panels.length > 0 && panels.every((panel) => panel.getAttribute('data-state') === 'Done');
  });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(1500);
  return page;
}

const shot = (page, name, of = page) => of.screenshot({ path: `${folder}/${name}.png` });

for (const theme of ['dark', 'light']) {
  const page = await open(`/?view=shop&theme=${theme}`);
  await shot(page, `overview-${theme}`);
  const errors = page.getByTestId('panel-errors');
  await errors.getByTestId('apitrail errors row').nth(1).focus();
  await page.keyboard.press('Enter');
  await page.waitForTimeout(800);
  await shot(page, `errors-${theme}`, errors);
  const heatmap = page.getByTestId('panel-heatmap');
  await heatmap.scrollIntoViewIfNeeded();
  const plot = await page.getByTestId('apitrail heatmap plot').boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.62, plot.y + plot.height * 0.1);
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}/heatmap-${theme}.png`, clip: await heatmap.boundingBox() });
  await page.close();
}

const ONE_PANEL = [
  ['journeys', 'paths', 'paths'],
  ['customer', 'timeline', 'timeline'],
  ['retention', 'retention', 'retention'],
];
for (const theme of ['dark', 'light']) {
  const page = await open(`/?view=journeys&theme=${theme}`);
  await shot(page, `funnel-${theme}`, page.getByTestId('panel-funnel'));
  await page.close();
  for (const [view, panel, name] of ONE_PANEL) {
    const one = await open(`/?view=${view}&theme=${theme}`);
    await shot(one, `${name}-${theme}`, one.getByTestId(`panel-${panel}`));
    await one.close();
  }
}

const compared = await open('/?view=shop&theme=dark&compare=1w');
await shot(compared, 'comparison-dark', compared.getByTestId('panel-funnel'));
await compared.close();

const sql = `SELECT $__timeGroup(time, '6h') AS time, service,
       quantile_cont(duration_ms, 0.95) AS p95
FROM requests
WHERE $__timeFilter(time)
GROUP BY ALL
ORDER BY time`;
const query = encodeURIComponent(JSON.stringify({ queryType: 'sql', sql, format: 'time_series' }));
const editor = await browser.newPage({ viewport: { width: 1400, height: 720 } });
await editor.goto(new URL(`/editor?theme=light&query=${query}`, url).href);
await editor.locator('.monaco-editor .view-line').first().waitFor();
await editor.waitForTimeout(4000);
await shot(editor, 'sql-editor-light');
await browser.close();
