import { Command, Option } from 'commander';

import type { ListedRoute } from '../../ingest/routes/list-routes';
import { stateDirectory } from '../../lake/layout';
import { lakeExists, withLakeEngine } from '../lake-engine';
import { printTable } from '../print-table';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { timeArgument } from '../time-argument';

const ONLY = ['seen', 'unseen', 'undeclared'] as const;

interface RoutesListOptions extends SettingsOptions {
  service?: string;
  only?: (typeof ONLY)[number];
  from?: number;
  to?: number;
  json?: boolean;
}

/** `apitrail routes list`: all routes, where they come from, and how many requests have them. */
export function routesListCommand(): Command {
  return new Command('list')
    .description('list the routes of the lake and those that rules and OpenAPI documents declare')
    .option('--service <name>', 'of one service')
    .addOption(
      new Option(
        '--only <which>',
        'seen: with requests; unseen: declared, without any; undeclared: with requests, in no document'
      ).choices(ONLY)
    )
    .option('--from <time>', 'count requests from then on: now-7d, an ISO time or epoch milliseconds', timeArgument)
    .option('--to <time>', 'count requests before then', timeArgument)
    .option('--json', 'as JSON')
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  apitrail routes list --service shop --from now-7d
  apitrail routes list --only undeclared        # what no document has
  apitrail routes list --only unseen            # what nobody asks for`
    )
    .action(async (options: RoutesListOptions) => {
      const routes = filtered(await load(options), options.only);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ routes })}\n`);
      } else if (routes.length === 0) {
        process.stderr.write('There are none.\n');
      } else {
        printTable(
          ['service', 'method', 'route', 'source', 'requests', 'last seen', 'declared in'],
          routes.map((route) => [
            route.service ?? '(any)',
            route.method ?? '(any)',
            `${route.route ?? '(none)'}${route.deprecated ? ' (deprecated)' : ''}`,
            route.source,
            route.requests,
            route.last_seen ?? 'never',
            route.document,
          ])
        );
      }
    });
}

async function load(options: RoutesListOptions): Promise<ListedRoute[]> {
  const { DocumentCatalog } = await import('../../ingest/routes');
  const { listRoutes } = await import('../../ingest/routes/list-routes');
  const settings = await settingsOf(options);
  const documents = await new DocumentCatalog(stateDirectory(settings.lake)).current();
  const { service, from, to } = options;
  const common = {
    rules: settings.routes.rules,
    documents,
    ...(service === undefined ? {} : { service }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  if (!lakeExists(settings.lake)) {
    return listRoutes({ ...common, table: undefined });
  }
  return withLakeEngine(settings, async (engine) => {
    const { Lake } = await import('../../lake/lake');
    const lake = await Lake.open(settings.lake, { engine });
    return listRoutes({ ...common, table: { table: lake.requests, engine } });
  });
}

function filtered(routes: readonly ListedRoute[], only: RoutesListOptions['only']): ListedRoute[] {
  const declared = ({ document, source, route }: ListedRoute): boolean =>
    document !== null || source === 'rule' || route === '{unmatched}' || route === null;
  return routes.filter((route) => {
    switch (only) {
      case 'seen':
        return route.requests > 0;
      case 'unseen':
        return route.requests === 0;
      case 'undeclared':
        return route.requests > 0 && !declared(route);
      case undefined:
        return true;
    }
  });
}
