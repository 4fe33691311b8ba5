import { Command } from 'commander';

import { loadSettings } from '../../config/settings';
import { PROCESS_ROLES, type ProcessRole } from '../../server/process-messages';
import { configOption, lakeOption, oneOf } from '../settings-options';

interface ServeOptions {
  lake?: string;
  config?: string;
  queryListen?: string;
  ingestListen?: string;
  /** False with `--no-auth`. */
  auth: boolean;
}

/** `apitrail serve`: both listeners and maintenance, each in its own process, until SIGINT or SIGTERM. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer queries and take requests in, until Ctrl-C or SIGTERM')
    .addOption(lakeOption())
    .addOption(configOption())
    .option(
      '--query-listen <host:port>',
      'where queries are answered (default: 127.0.0.1:8585); port 0 takes a free one'
    )
    .option(
      '--ingest-listen <host:port>',
      'where requests are taken in (default: 127.0.0.1:8586); port 0 takes a free one'
    )
    .option('--no-auth', 'ask for no keys; refused unless every listener is on a loopback address')
    .addHelpText(
      'after',
      `
When everything answers, one line of JSON is written to standard output; the log goes to standard error:
  {"ready":true,"query":"http://127.0.0.1:8585","ingest":"http://127.0.0.1:8586"}

Examples:
  apitrail serve --lake ./lake --no-auth
  apitrail keys add --scope query --name grafana --lake ./lake
  apitrail serve --lake ./lake --query-listen 0.0.0.0:8585`
    )
    .action(async (options: ServeOptions) => {
      const { supervise } = await import('../../server/supervisor');
      const { createLog } = await import('../../server/log');
      const settings = await loadSettings({
        flags: {
          lake: options.lake,
          query_listen: options.queryListen,
          ingest_listen: options.ingestListen,
          no_auth: options.auth ? undefined : true,
        },
        ...(options.config === undefined ? {} : { configFile: options.config }),
      });
      await supervise({
        settings,
        script: process.argv[1]!,
        log: createLog('supervisor', settings.log_level),
        onReady: (addresses) => process.stdout.write(`${JSON.stringify({ ready: true, ...addresses })}\n`),
        until: stopSignal(),
      });
    });
}

/** What `apitrail serve` starts: one process of a role. Hidden, since only it can. */
export function serveProcessCommand(): Command {
  return new Command('serve-process').argument('<role>', '', oneOf(PROCESS_ROLES)).action(async (role: ProcessRole) => {
    const { runChildProcess } = await import('../../server/child-process');
    await runChildProcess(role, await SERVICES[role]());
  });
}

const SERVICES = {
  query: async () => (await import('../../server/query-service')).startQueryService,
  ingest: async () => (await import('../../server/ingest-service')).startIngestService,
  maintenance: async () => (await import('../../server/maintenance-service')).startMaintenanceService,
};

/** Resolves at the first signal to stop. The second one ends the program at once; its processes follow. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) {
          process.exit(1);
        }
        stopping = true;
        resolve();
      });
    }
  });
}
