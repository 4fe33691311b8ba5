import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long a child may take to end by itself once this process was told to. */
const PATIENCE_MS = 5000;

const children = new Set<ChildProcess>();

/** Makes a child end when this process does: told to by a signal, or because of a fault. */
export function endWithThisProcess(child: ChildProcess): void {
  if (children.size === 0) {
    SIGNALS.forEach((signal) => process.on(signal, endAll));
    process.on('exit', killAll);
  }
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) {
      SIGNALS.forEach((signal) => process.off(signal, endAll));
      process.off('exit', killAll);
    }
  });
}

function killAll(): void {
  children.forEach((child) => child.kill('SIGTERM'));
}

function endAll(signal: (typeof SIGNALS)[number]): void {
  const end = () => process.exit(128 + constants.signals[signal]);
  const ended = [...children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  killAll();
  void Promise.all(ended).then(end);
  setTimeout(end, PATIENCE_MS).unref();
}
