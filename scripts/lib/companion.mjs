// Starts `apitrail serve` and waits until it answers.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

import { root } from './install.mjs';

export const APITRAIL = join(root, 'backend-node', 'bin', 'apitrail.mjs');

/**
 * @returns {Promise<{ query: string, ingest: string, stop: () => Promise<void>, ended: Promise<number | null> }>} Rejects with
 * what it said when it ends before it is ready.
 */
export async function startCompanion(args, env = {}) {
  const child = spawn(process.execPath, [APITRAIL, 'serve', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    // Of its own group, so that Ctrl-C reaches it through us, once, and in order.
    detached: process.platform !== 'win32',
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-8000);
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 8000);
      await ended;
      clearTimeout(late);
    }
  };
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        const message = JSON.parse(line);
        if (message.ready) {
          resolve(message);
        }
      } catch {
        // Not the ready line.
      }
    });
    void ended.then(() => reject(new Error(said.trim() || 'The companion ended before it was ready.')));
  });
  const { query, ingest } = await ready;
  return { query, ingest, stop, ended };
}
