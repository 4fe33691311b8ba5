import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** Where `npm test` installs the real clients. */
export const SENDERS = resolve('.data/senders');

const installed = existsSync(join(SENDERS, '.installed'));

/** A package of a client, loaded from where the clients are installed. */
export function loadClient<T>(name: string): T {
  return createRequire(join(SENDERS, 'package.json'))(name) as T;
}

/**
 * Tests that need real clients. They are skipped by name where those could not be installed: install them with
 * `node scripts/install-senders.mjs`.
 */
export function describeWithClients(name: string, tests: () => void): void {
  (installed ? describe : describe.skip)(name, tests);
}
