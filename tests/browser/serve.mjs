// Starts a companion over a lake and the playground before it, on free ports, for the browser tests. The lake is made by the
// real commands from the repository's sample and a small shop. Prints one line of JSON when ready.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { servePlayground } from '../../playground/server/serve.mjs';
import { APITRAIL, startCompanion } from '../../scripts/lib/companion.mjs';
import { root, run } from '../../scripts/lib/install.mjs';

const folder = join(root, '.data', 'browser-tests');
const lake = join(folder, 'lake');
const done = join(folder, 'made');
const env = { APITRAIL_PRIVACY_KEY_FILE: join(folder, 'pseudonym.key') };

if (!existsSync(done)) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] };
  const sample = ['samples/erddap/access.log.gz', '--service', 'erddap', '--environment', 'sample'];
  run(process.execPath, [APITRAIL, 'import', ...sample, '--lake', lake, '--quiet'], options);
  const shop = ['--rows', '60000', '--days', '14', '--end', '2026-11-23T00:00:00Z'];
  run(process.execPath, [APITRAIL, 'demo', ...shop, '--lake', lake, '--quiet'], options);
  writeFileSync(done, '');
}

const anyPort = ['--query-listen', '127.0.0.1:0', '--ingest-listen', '127.0.0.1:0'];
const companion = await startCompanion(['--lake', lake, '--no-auth', ...anyPort], env);
const playground = await servePlayground({ port: 0, companion: companion.query });
process.stdout.write(`${JSON.stringify({ url: playground.url, query: companion.query })}\n`);

process.stdin.on('data', async (chunk) => {
  if (String(chunk).includes('stop companion')) {
    await companion.stop();
    process.stdout.write('{"stopped":true}\n');
  }
});
process.stdin.on('end', async () => {
  await playground.close();
  await companion.stop();
  process.exit(0);
});
process.stdin.resume();
