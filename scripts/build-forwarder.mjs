// Builds the Go forwarder into dist/datasource, static. `node scripts/build-forwarder.mjs` builds it for every platform
// Grafana runs on (minutes the first time), `node scripts/build-forwarder.mjs linux/amd64 …` for those. Grafana needs it;
// the playground and the companion don't.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { executableFor, PLATFORMS } from './lib/platforms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const platforms = process.argv.length > 2 ? process.argv.slice(2) : PLATFORMS;

const unknown = platforms.filter((platform) => !PLATFORMS.includes(platform));
if (unknown.length > 0) {
  console.error(`Grafana does not run on ${unknown.join(', ')}. Name some of: ${PLATFORMS.join(' ')}.`);
  process.exit(2);
}
if (spawnSync('go', ['version']).status !== 0) {
  console.error('The forwarder needs Go (see go.mod for the version), and there is none on the PATH.');
  process.exit(1);
}

function go(args, env = {}) {
  const { status } = spawnSync('go', args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) {
    process.exit(1);
  }
}

mkdirSync(new URL('../dist/datasource', import.meta.url), { recursive: true });
const buildInfo = JSON.stringify({ time: Date.now(), pluginID: 'apitrail-requests-datasource', version });
const info = `-X 'github.com/grafana/grafana-plugin-sdk-go/build/buildinfo.buildInfoJSON=${buildInfo}'`;
for (const platform of platforms) {
  const [GOOS, GOARCH] = platform.split('/');
  const out = `dist/datasource/${executableFor(platform)}`;
  console.log(`Building ${out}`);
  go(['build', '-trimpath', '-tags', 'arrow_json_stdlib', '-ldflags', `-s -w ${info}`, '-o', out, './pkg'], {
    CGO_ENABLED: '0',
    GOOS,
    GOARCH,
  });
}
go(['run', 'scripts/build-manifest.go']);
