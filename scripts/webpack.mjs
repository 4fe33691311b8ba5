// Runs webpack on webpack.config.ts. Node 20 does not read TypeScript: ts-node does, told what the scaffold's
// configuration needs beyond the compiler options of the source.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const webpack = createRequire(import.meta.url).resolve('webpack/bin/webpack.js');

const child = spawn(process.execPath, [webpack, '-c', './webpack.config.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    TS_NODE_COMPILER_OPTIONS: JSON.stringify({ module: 'commonjs', moduleResolution: 'node10' }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
  console.error(`webpack could not be started: ${error.message}. Run npm ci first.`);
  process.exitCode = 1;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
