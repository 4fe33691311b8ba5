import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import app from '../../src/plugin.json';
import dashboard from '../../src/dashboards/ingest.json';

const REF = { type: 'prometheus', uid: '${datasource}' };
const panels = dashboard.panels.filter(({ type }) => type !== 'row') as unknown as Array<{
  id: number;
  type: string;
  title: string;
  description: string;
  datasource: unknown;
  targets: Array<{ expr: string; datasource: unknown }>;
  fieldConfig: { defaults: { unit?: string } };
}>;

interface GrafanaRule {
  uid: string;
  title: string;
  dashboardUid: string;
  panelId: number;
  for: string;
  labels: Record<string, string>;
  data: Array<{ datasourceUid: string; model: { expr?: string; intervalMs?: number; maxDataPoints?: number } }>;
}
const read = (path: string): unknown => parse(readFileSync(path, 'utf8'));
const alerts = (
  read('provisioning/alerting/ingest.yaml') as { groups: Array<{ rules: GrafanaRule[] }> }
).groups.flatMap(({ rules }) => rules);
const recorded = (
  read('prometheus/apitrail.rules.yml') as { groups: Array<{ rules: Array<{ expr: string; for: string }> }> }
).groups.flatMap(({ rules }) => rules);

/** Metrics of the companion that an expression names; parts of a histogram by the name of the whole. */
const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/\bapitrail_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
const documented = new Set(
  [...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(apitrail_\w+)`/gm)].map(([, name]) => name)
);

test('is listed by the app, with a stable uid, the schema of Grafana 12 and a description', () => {
  expect(app.includes).toContainEqual({ type: 'dashboard', name: dashboard.title, path: 'dashboards/ingest.json' });
  expect(dashboard).toMatchObject({ uid: 'apitrail-ingest', schemaVersion: 42 });
  expect(dashboard.description).not.toBe('');
});

test('every panel has an id of its own, a title, a description and a unit', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  for (const { title, description, fieldConfig } of panels) {
    expect({ title, told: Boolean(description), unit: Boolean(fieldConfig.defaults.unit) }).toEqual({
      title,
      told: true,
      unit: true,
    });
  }
});

test('every query asks the chosen Prometheus for the chosen companions', () => {
  for (const { datasource, targets } of panels) {
    expect(datasource).toEqual(REF);
    for (const target of targets) {
      expect(target.datasource).toEqual(REF);
      expect(target.expr).toContain('instance=~"$instance"');
    }
  }
});

test('panels lie beside each other without overlap, within the 24 columns', () => {
  const cells = new Set<string>();
  for (const { gridPos } of dashboard.panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(x).toBeLessThan(24);
        expect(cells).not.toContain(`${x},${y}`);
        cells.add(`${x},${y}`);
      }
    }
  }
});

test('panels, alert rules and docs name metrics that there are', () => {
  const advised = readFileSync('docs/operations.md', 'utf8').split('## What to alert on')[1]!;
  const expressions = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alerts.flatMap(({ data }) => data.flatMap(({ model }) => model.expr ?? [])),
    ...recorded.map(({ expr }) => expr),
    advised,
  ];
  const named = expressions.flatMap(metricsIn);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !documented.has(name))).toEqual([]);
});

test('alert rules belong to a panel of the dashboard, and say how they are asked', () => {
  expect(alerts.map(({ uid }) => uid)).toContain('apitrail-ingest-stalled');
  for (const { dashboardUid, panelId, data } of alerts) {
    expect(dashboardUid).toBe(dashboard.uid);
    expect(panels.map(({ id }) => id)).toContain(panelId);
    for (const { model } of data) {
      expect(model).toMatchObject({ intervalMs: expect.any(Number), maxDataPoints: expect.any(Number) });
    }
  }
});

test('the rules for Prometheus itself are the same', () => {
  const own = alerts.map(({ data, for: duration }) => {
    const [query, threshold] = data.map(({ model }) => model) as [
      { expr: string },
      { conditions: Array<{ evaluator: { params: number[] } }> },
    ];
    return { expr: `${query.expr} > ${threshold.conditions[0]!.evaluator.params[0]}`, for: duration };
  });
  expect(recorded.map(({ expr, for: duration }) => ({ expr, for: duration }))).toEqual(own);
});
