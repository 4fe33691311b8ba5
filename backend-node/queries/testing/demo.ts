import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { demoDays, generateDay, planDemo } from '../../demo/generate';
import type { DemoRow } from '../../demo/row';
import type { Dataset } from '../../lake/dataset';
import type { Bench } from './dataset';

const DAY = 86_400_000;
const TO = Date.UTC(2026, 10, 23);

/** The route that the demo's incident breaks. */
export const PAY = '/api/checkout/{id}/payment';

/** Two days of the demo's shop: what is planted in them, and every row the generator made. */
export function demoShop() {
  const plan = planDemo({ seed: 11, from: TO - 2 * DAY, to: TO, rows: 160_000 });
  const rows: DemoRow[] = demoDays(plan).flatMap((day) => [...generateDay(plan, day)]);
  return { plan, rows };
}

/** The rows of the demo as a dataset. */
export function demoDataset(bench: Bench, rows: readonly DemoRow[]): Promise<Dataset> {
  return bench.dataset(
    'demo',
    rows.map((row) => ({ ...row, time: isoMicroseconds(row.time) }))
  );
}

/** The steps of the checkout funnel of the dashboard of customer journeys. */
export function checkoutSteps(): unknown[] {
  const dashboard = readFileSync(join(__dirname, '../../../src/dashboards/customer-journeys.json'), 'utf8');
  const { panels } = JSON.parse(dashboard) as { panels: Array<{ targets?: Array<Record<string, unknown>> }> };
  const funnel = panels.flatMap(({ targets = [] }) => targets).find(({ queryType }) => queryType === 'funnel');
  return funnel!['steps'] as unknown[];
}

function isoMicroseconds(us: number): string {
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return iso.replace('Z', `${String(us % 1000).padStart(3, '0')}Z`);
}
