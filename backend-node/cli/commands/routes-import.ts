import { Command, InvalidArgumentError } from 'commander';

import type { ImportedDocument } from '../../ingest/routes/declared/import-document';
import { stateDirectory } from '../../lake/layout';
import { withSystemErrors } from '../lake-engine';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { showCount } from '../size-arguments';
import { diffLines } from './routes-output';

interface RoutesImportOptions extends SettingsOptions {
  service?: string;
  name?: string;
  basePath?: string[];
  dryRun?: boolean;
}

/** `apitrail routes import`: the routes of an OpenAPI document. */
export function routesImportCommand(): Command {
  return new Command('import')
    .description('take routes from an OpenAPI document; each import is a version that is kept')
    .argument('<file>', 'OpenAPI 3.x or Swagger 2.0, YAML or JSON')
    .option('--service <name>', 'service whose requests the routes are for (default: those of all services)')
    .option('--name <name>', 'name of the document (default: its title); the same name is another version of it')
    .option(
      '--base-path <path>',
      'path before all others, in place of those of the document’s servers; may be given several times',
      basePath
    )
    .option('--dry-run', 'only say what would change')
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Requests that come in from then on get these routes, after your rules and the sender’s; apitrail routes apply gives them
to those that are stored. Nothing is fetched: references lead to files beside the document. The last line on standard
output is a JSON summary.

Examples:
  apitrail routes import openapi.yaml --service shop
  apitrail routes import openapi.yaml --service shop --dry-run
  apitrail routes import swagger.json --base-path /      # the gateway takes the base path away before it logs`
    )
    .action(async (file: string, options: RoutesImportOptions) => {
      const { lake } = await settingsOf(options);
      const imported = await withSystemErrors(lake, () => importOpenApi(file, lake, options));
      process.stdout.write(`${JSON.stringify(summaryOf(imported, options.dryRun ?? false))}\n`);
    });
}

/** Imports a document into a lake and tells a person on standard error what it is and what has changed. */
export async function importOpenApi(
  file: string,
  lake: string,
  { service, name, basePath: basePaths, dryRun }: RoutesImportOptions,
  say = (text: string): unknown => process.stderr.write(`${text}\n`)
): Promise<ImportedDocument> {
  const { importDocument } = await import('../../ingest/routes/declared/import-document');
  const imported = await importDocument({
    path: file,
    stateDirectory: stateDirectory(lake),
    ...(service === undefined ? {} : { service }),
    ...(name === undefined ? {} : { name }),
    ...(basePaths === undefined ? {} : { basePaths }),
    dryRun: dryRun ?? false,
  });
  imported.warnings.forEach((warning) => say(`warning: ${warning}`));
  describe(imported, dryRun ?? false).forEach(say);
  return imported;
}

function describe(imported: ImportedDocument, dryRun: boolean): string[] {
  const { title, info_version, spec, routes, operations, base_paths, service, name, version, added, diff } = imported;
  const what = `${title}${info_version === null ? '' : ` ${info_version}`} (${spec})`;
  const under = base_paths.every((path) => path === '/') ? '' : ` under ${base_paths.join(', ')}`;
  const whose = service === null ? 'all services' : `service ${service}`;
  const lines = [
    `${what}: ${showCount(routes.length, 'route')}, ${showCount(operations, 'operation')}${under}, for ${whose}.`,
  ];
  const same = diff !== undefined && version === diff.version;
  if (same) {
    return [...lines, `It is version ${version} of ${name}, which counts already: nothing to do.`];
  }
  if (diff !== undefined) {
    lines.push(`Since version ${diff.version}:`, ...diffLines(diff));
  }
  lines.push(dryRun ? `It would be version ${version} of ${name}.` : `It is version ${version} of ${name} now.`);
  if (added) {
    lines.push('Requests that come in get these routes; apitrail routes apply gives them to those that are stored.');
  }
  return lines;
}

function summaryOf({ routes, ...imported }: ImportedDocument, dryRun: boolean) {
  return { ...imported, routes: routes.length, dry_run: dryRun };
}

function basePath(text: string, before: string[] = []): string[] {
  if (/:\/\/|[?#\s]/.test(text)) {
    throw new InvalidArgumentError('It must be a path such as /v1, without scheme and host.');
  }
  return [...before, text];
}
