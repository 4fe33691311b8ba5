import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import { readKeyFile } from '../access/key-file';
import { formatListen, isLoopback, type ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';
import type { ProcessRole } from './process-messages';
import type { ProcessState } from './process-report';
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

/** Whether there is something to do again and again beside taking in and answering. */
const hasUpkeep = ({ maintenance, cohorts }: Settings): boolean => maintenance.enabled || cohorts.webhooks.length > 0;

/**
 * Runs the ingest, the query and the maintenance process until it is time to stop, then ends all of them. Throws the coded error of a process that
 * cannot start at all; one that ends later is started again.
 */
export async function supervise({ settings, script, log, onReady, until }: SuperviseOptions): Promise<void> {
  refuseOpenWithoutKeys(settings);
  settings.unknownVariables.forEach((variable) =>
    log.warn({ variable }, 'environment variable means nothing to Apitrail')
  );
  const processes: SupervisedProcess[] = [];
  // Whoever listens answers for all of them.
  const onChange = (state: ProcessState) => {
    tellAll(processes, state);
    if (state.state === 'up' && state.report === undefined) {
      processes.forEach((other) => tellOne(processes, state.role, other.state));
    }
  };
  const ingest = new SupervisedProcess({
    ...{ role: 'ingest', script, settings, log, onChange },
    listen: settings.ingestListen,
  });
  const query = new SupervisedProcess({
    ...{ role: 'query', script, settings, log, onChange },
    listen: settings.queryListen,
    memoryLimit: settings.limits.processMemoryBytes,
  });
  const maintenance = new SupervisedProcess({
    ...{ role: 'maintenance', script, settings, log, onChange },
    memoryLimit: Math.floor(settings.maintenance.memory * 1.5) + 512 * 2 ** 20,
  });
  processes.push(ingest, query, ...(hasUpkeep(settings) ? [maintenance] : []));
  try {
    if (!settings.no_auth && (await readKeyFile(settings.keysFile)).length === 0) {
      log.warn(
        { keysFile: settings.keysFile },
        'there is no key yet; make one with: apitrail keys add --scope query --name NAME'
      );
    }
    const started = startInOrder(processes);
    const addresses = await Promise.race([started, until.then(() => undefined)]);
    started.catch(() => undefined);
    if (addresses) {
      const [ingestListens, queryListens] = addresses;
      onReady({ query: urlOf(queryListens!), ingest: urlOf(ingestListens!) });
      await until;
    }
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
  }
}

/**
 * One after the other: queries are answered once what was acknowledged before is back, and nothing is tidied before there
 * is somebody to answer.
 */
async function startInOrder(processes: readonly SupervisedProcess[]): Promise<Array<ListenAddress | undefined>> {
  const addresses: Array<ListenAddress | undefined> = [];
  for (const one of processes) {
    addresses.push(await one.start());
  }
  return addresses;
}

/** Only where queries are answered the metrics of all are asked for. */
function tellAll(processes: readonly SupervisedProcess[], state: ProcessState): void {
  processes.forEach((to) => tellOne(processes, to.role, state));
}

function tellOne(processes: readonly SupervisedProcess[], role: ProcessRole, state: ProcessState): void {
  const to = processes.find((one) => one.role === role);
  if (role === 'maintenance' || state.role === role) {
    return;
  }
  to?.tell(role === 'query' || !state.report ? state : { ...state, report: { ...state.report, metrics: [] } });
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
