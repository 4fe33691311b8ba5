// `npm test`: everything that must hold, on a fresh machine. Installs what it needs; whatever it skips it names loudly.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ensureInstalled, requireNode, root } from './lib/install.mjs';

requireNode();
ensureInstalled((text) => console.log(text));
const { ensureBuilt } = await import('./lib/build.mjs');
const { ensureSenders } = await import('./lib/senders.mjs');

const skips = [];
const totals = { passed: 0, failed: 0, skipped: 0 };
const reports = join(root, '.data', 'test-reports');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

/** A check that passes or fails as a whole. */
async function check(name, command, args) {
  heading(name);
  const code = await live(command, args);
  totals[code === 0 ? 'passed' : 'failed'] += 1;
}

/** A jest project; every test counts. */
async function jest(name, args) {
  heading(name);
  const report = join(reports, `${name}.json`);
  // How long a test takes says nothing here: machines are slow and busy.
  await live('npx', ['jest', ...args, '--testTimeout', '120000', '--json', '--outputFile', report]);
  if (!existsSync(report)) {
    console.error(`${name}: jest wrote no report.`);
    totals.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += result.numPassedTests;
  // A file that cannot be loaded has no tests to count, and is a failure all the same.
  totals.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  totals.skipped += result.numPendingTests;
  for (const suite of result.testResults) {
    for (const test of suite.assertionResults.filter(({ status }) => status === 'pending')) {
      skips.push(`${name}: ${test.fullName}`);
    }
  }
}

function skip(name, reason) {
  totals.skipped += 1;
  skips.push(`${name}: ${reason}`);
}

function heading(name) {
  console.log(`\n=== ${name} ${'='.repeat(Math.max(3, 70 - name.length))}\n`);
}

function live(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

await check('types', 'npm', ['run', '--silent', 'typecheck']);
await check('lint', 'npm', ['run', '--silent', 'lint']);
// Two at least: on two cores jest would take one.
await jest('unit', ['--maxWorkers', '2', '--selectProjects', 'plugin', 'companion']);

ensureBuilt('companion', (text) => console.log(text));
ensureBuilt('playground', (text) => console.log(text));
await check('plugin build', 'npm', ['run', '--silent', 'build:plugin']);
const withoutSenders = ensureSenders((text) => console.log(text));
if (withoutSenders) {
  skip(
    'real senders',
    `${withoutSenders}; the tests of the ingest listener that need the clients of others are skipped.`
  );
}
await jest('integration', ['--selectProjects', 'integration', '--runInBand']);

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path)
);
if (process.env.CHROMIUM || chromium) {
  process.env.CHROMIUM ??= chromium;
  await jest('browser', ['--selectProjects', 'browser', '--runInBand']);
} else {
  skip('browser', 'there is no Chromium. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path.');
}

if (works('go', ['version'])) {
  await check('forwarder', 'go', ['test', './pkg/...']);
} else {
  skip('forwarder', 'there is no Go, so the Grafana forwarder in pkg/ is not tested.');
}

heading('result');
for (const text of skips) {
  console.log(`SKIPPED  ${text}`);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);
