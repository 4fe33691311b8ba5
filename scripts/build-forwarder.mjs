// Builds the Go forwarder into dist/datasource, static, for the platforms asked for: `node scripts/build-forwarder.mjs
// [linux/amd64 …]`. Without arguments: linux on amd64 and arm64. Grafana needs it; the playground and the companion don't.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const platforms = process.argv.length > 2 ? process.argv.slice(2) : ['linux/amd64', 'linux/arm64'];

if (spawnSync('go', ['version']).status !== 0) {
  console.error('The forwarder needs Go (see go.mod for the version), and there is none on the PATH.');
  process.exit(1);
}
const buildInfo = JSON.stringify({ time: Date.now(), pluginID: 'apitrail-requests-datasource', version });
for (const platform of platforms) {
  const [os, arch] = platform.split('/');
  const out = `dist/datasource/gpx_apitrail_${os}_${arch}${os === 'windows' ? '.exe' : ''}`;
  console.log(`Building ${out}`);
  const { status } = spawnSync(
    'go',
    [
      'build',
      '-trimpath',
      '-tags',
      'arrow_json_stdlib',
      '-ldflags',
      `-s -w -X 'github.com/grafana/grafana-plugin-sdk-go/build/buildinfo.buildInfoJSON=${buildInfo}'`,
      '-o',
      out,
      './pkg',
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0', GOOS: os, GOARCH: arch } }
  );
  if (status !== 0) {
    process.exit(1);
  }
}
