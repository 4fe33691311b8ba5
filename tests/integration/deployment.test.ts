import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseQuery } from '@apitrail/contract';
import { parse } from 'yaml';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const yaml = (path: string) => parse(read(path));

const ids = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|[/\\])plugin\.json$/.test(path))
  .map((path) => JSON.parse(read(join('src', path))).id as string);
const dashboards = readdirSync(join(root, 'src/dashboards'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(read(`src/dashboards/${file}`)));

const compose = yaml('docker-compose.yaml');
const { grafana, companion, demo } = compose.services;
const [source] = yaml('provisioning/datasources/apitrail.yaml').datasources;

/** Names that Grafana expands in the values of a file; `$$` stands for a dollar. */
function expanded(text: string): string[] {
  return [...text.replaceAll('$$', '').matchAll(/\$\{?(\w+)\}?/g)].map(([, name]) => name!);
}

describe('provisioning', () => {
  it('has a data source of ours that cannot be edited, with its key as a secret', () => {
    expect(source).toMatchObject({
      type: 'apitrail-requests-datasource',
      uid: 'apitrail',
      access: 'proxy',
      url: '$APITRAIL_URL',
      editable: false,
      secureJsonData: { apiKey: '$APITRAIL_KEY' },
    });
    expect(ids).toContain(source.type);
    expect(JSON.stringify(source.jsonData)).not.toMatch(/key/i);
  });

  it('enables the app', () => {
    expect(yaml('provisioning/plugins/apitrail.yaml').apps).toEqual([
      { type: 'apitrail-insights-app', org_id: 1, disabled: false },
    ]);
  });

  it('points to where the dashboards of the app lie', () => {
    const [provider] = yaml('provisioning/dashboards/apitrail.yaml').providers;
    expect(provider.options.path).toBe('$GF_PATHS_PLUGINS/apitrail-insights-app/dashboards');
  });
});

describe('alert rules', () => {
  const groups = yaml('provisioning/alerting/apitrail.yaml').groups as Array<{ rules: any[] }>;
  const rules = groups.flatMap((group) => group.rules);

  it.each(rules)('$title: asks what the contract knows, in a shape that alerts can use', (rule) => {
    for (const { datasourceUid, refId, model } of rule.data) {
      expect(model).toMatchObject({ refId, intervalMs: expect.any(Number), maxDataPoints: expect.any(Number) });
      if (datasourceUid !== '__expr__') {
        expect(datasourceUid).toBe(source.uid);
        expect(parseQuery(model)).toMatchObject({ format: 'numeric' });
        expect(model.metrics).toHaveLength(1);
      }
    }
  });

  it.each(rules)('$title: every expression reads a step of the rule, and the condition is one', (rule) => {
    const steps = rule.data.map(({ refId }: { refId: string }) => refId);
    expect(steps).toContain(rule.condition);
    for (const { datasourceUid, model } of rule.data) {
      if (datasourceUid === '__expr__') {
        const read: string[] = model.type === 'math' ? expanded(model.expression) : [model.expression];
        expect(read.length).toBeGreaterThan(0);
        expect(steps).toEqual(expect.arrayContaining(read));
      }
    }
    const last = rule.data.find(({ refId }: { refId: string }) => refId === rule.condition);
    expect(last.model.type).toBe('threshold');
  });

  it.each(rules)('$title: leads to a panel that there is', (rule) => {
    const dashboard = dashboards.find(({ uid }) => uid === rule.dashboardUid);
    expect(dashboard?.panels.map(({ id }: { id: number }) => id)).toContain(rule.panelId);
  });

  it.each(rules)(
    '$title: names labels and steps as Grafana reads them, which expands nothing in annotations',
    (rule) => {
      for (const text of Object.values<string>(rule.annotations)) {
        expect(text).not.toContain('$$');
        for (const name of expanded(text)) {
          expect(['labels', 'values']).toContain(name);
        }
      }
    }
  );
});

describe('docker-compose', () => {
  it('lets Grafana load every plugin id that there is', () => {
    expect(grafana.environment.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS.split(',').sort()).toEqual([...ids].sort());
  });

  it('gives Grafana every variable that the provisioning reads', () => {
    const given = `${JSON.stringify(grafana.environment)} ${grafana.entrypoint.join(' ')}`;
    const folders = ['datasources', 'dashboards', 'plugins'];
    const used = folders.flatMap((folder) => expanded(values(yaml(`provisioning/${folder}/apitrail.yaml`)).join('\n')));
    expect(new Set(used)).toEqual(new Set(['APITRAIL_URL', 'APITRAIL_KEY', 'GF_PATHS_PLUGINS']));
    for (const name of used) {
      expect(given).toContain(name);
    }
  });

  it('asks the companion where it listens', () => {
    expect(grafana.environment.APITRAIL_URL).toBe('${APITRAIL_URL:-http://companion:8585}');
    expect(companion.command).toEqual(expect.arrayContaining(['--query-listen', '0.0.0.0:8585']));
    expect(companion.healthcheck.test.join(' ')).toContain('http://127.0.0.1:8585/api/health');
  });

  it('starts Grafana after the companion answers, and the companion after the lake is there', () => {
    expect(grafana.depends_on).toEqual({ companion: { condition: 'service_healthy' } });
    expect(companion.depends_on).toEqual({ demo: { condition: 'service_completed_successfully' } });
  });

  it('shows Grafana the key it asks with and no other secret', () => {
    const mounts = grafana.volumes.map((volume: string) => volume.split(':')[0]);
    expect(mounts).toEqual(['./provisioning', 'keys']);
    expect(demo.command.join('\n')).toContain('/keys/grafana.key');
    expect(grafana.entrypoint.join(' ')).toContain('/keys/grafana.key');
  });

  it('is reached from this machine only: nobody signs in', () => {
    const ports = [grafana, companion].flatMap(({ ports }) => ports as string[]);
    expect(ports.length).toBe(2);
    for (const port of ports) {
      expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('names only files and volumes that there are', () => {
    for (const { build, volumes = [] } of Object.values<any>(compose.services)) {
      expect(build === undefined || existsSync(join(root, build.dockerfile))).toBe(true);
      for (const [from] of volumes.map((volume: string) => volume.split(':'))) {
        expect(from.startsWith('./') ? existsSync(join(root, from)) : Object.hasOwn(compose.volumes, from)).toBe(true);
      }
    }
  });
});

describe.each(['Dockerfile.companion', 'Dockerfile.grafana'])('%s', (file) => {
  const lines = read(file).replaceAll('\\\n', ' ').split('\n');

  it('copies only what there is', () => {
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources.length).toBeGreaterThan(0);
    for (const path of sources) {
      expect({ path, exists: existsSync(join(root, path)) }).toEqual({ path, exists: true });
    }
  });

  it('runs only scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const used = [...lines.join('\n').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) {
      expect(scripts).toHaveProperty([name]);
    }
  });
});

it('builds the forwarder under the name that Grafana starts', () => {
  const { executable } = JSON.parse(read('src/datasource/plugin.json'));
  expect(read('Dockerfile.grafana')).toContain(`/out/${executable}_$(go env GOOS)_$(go env GOARCH)`);
});

function values(node: unknown): string[] {
  if (node === null || typeof node !== 'object') {
    return [String(node)];
  }
  return Object.values(node).flatMap(values);
}
