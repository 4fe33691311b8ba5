// `npm start`: from a clean clone to a link, with Node and npm and nothing else.
import { ensureInstalled, requireNode } from './lib/install.mjs';

const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

requireNode();
ensureInstalled(say);
const { ensureBuilt } = await import('./lib/build.mjs');
ensureBuilt('companion', say);
ensureBuilt('playground', say);
const { ensureDemoLake, LAKE, LAKE_ENV } = await import('./lib/demo-lake.mjs');
ensureDemoLake(say);

const { startCompanion } = await import('./lib/companion.mjs');
const { servePlayground } = await import('../playground/server/serve.mjs');
const port = Number(process.env.PLAYGROUND_PORT ?? 8580);

say('Starting the companion');
let companion;
try {
  companion = await startCompanion(['--lake', LAKE, '--no-auth'], LAKE_ENV);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
let playground;
try {
  playground = await servePlayground({ port, companion: companion.query });
} catch (error) {
  await companion.stop();
  console.error(
    error.code === 'EADDRINUSE'
      ? `\nPort ${port} is in use. Choose another one for the playground: PLAYGROUND_PORT=${port + 1} npm start`
      : `\nThe playground could not start: ${error.message}`
  );
  process.exit(1);
}

say('Ready. Ctrl-C ends everything.');
console.log(`\n  ${playground.url}\n`);

let stopping = false;
async function stop(code) {
  if (stopping) {
    return;
  }
  stopping = true;
  await Promise.all([playground.close(), companion.stop()]);
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => void stop(0));
}
void companion.ended.then(() => {
  if (!stopping) {
    console.error('The companion ended; stopping.');
    void stop(1);
  }
});
