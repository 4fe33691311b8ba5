import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import { readKeyFile } from '../access/key-file';
import { formatListen, isLoopback, type ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';
import { SupervisedProcess } from './supervised-process';

export interface SuperviseOptions {
  settings: Settings;
  /** The script of this program, which the processes run. */
  script: string;
  log: Logger;
  /** Told once, when every listener answers. */
  onReady: (addresses: { query: string; ingest: string }) => void;
  /** Resolves when it is time to stop. */
  until: Promise<unknown>;
}

/**
 * Runs the query and the ingest process until it is time to stop, then ends both. Throws the coded error of a process that
 * cannot start at all; one that ends later is started again.
 */
export async function supervise({ settings, script, log, onReady, until }: SuperviseOptions): Promise<void> {
  refuseOpenWithoutKeys(settings);
  settings.unknownVariables.forEach((variable) =>
    log.warn({ variable }, 'environment variable means nothing to Apitrail')
  );
  const query = new SupervisedProcess({
    role: 'query',
    script,
    settings,
    listen: settings.queryListen,
    memoryLimit: settings.limits.processMemoryBytes,
    log,
  });
  const ingest = new SupervisedProcess({ role: 'ingest', script, settings, listen: settings.ingestListen, log });
  try {
    if (!settings.no_auth && (await readKeyFile(settings.keysFile)).length === 0) {
      log.warn(
        { keysFile: settings.keysFile },
        'there is no key yet; make one with: apitrail keys add --scope query --name NAME'
      );
    }
    const started = Promise.all([query.start(), ingest.start()]);
    const addresses = await Promise.race([started, until.then(() => undefined)]);
    started.catch(() => undefined);
    if (addresses) {
      onReady({ query: urlOf(addresses[0]), ingest: urlOf(addresses[1]) });
      await until;
    }
  } finally {
    await Promise.all([query.stop(), ingest.stop()]);
  }
}

function refuseOpenWithoutKeys({ no_auth, queryListen, ingestListen }: Settings): void {
  const open = [
    ['query_listen', queryListen],
    ['ingest_listen', ingestListen],
  ] as const;
  const reachable = open.find(([, { host }]) => !isLoopback(host));
  if (no_auth && reachable) {
    const [setting, address] = reachable;
    throw new ApitrailError(
      'APITRAIL_NO_AUTH_REFUSED',
      `Without keys every listener must be on a loopback address, and ${setting} is ${formatListen(address)}, which others can reach. Leave out --no-auth and make a key (apitrail keys add --scope query --name NAME), or listen on 127.0.0.1.`,
      { where: setting }
    );
  }
}

/** A link to the address; to this machine where it listens on every address. */
function urlOf({ host, port }: ListenAddress): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${formatListen({ host: reachable, port })}`;
}
