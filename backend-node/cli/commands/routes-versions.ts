import { ApitrailError } from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import type { KnownVersion } from '../../ingest/routes/declared/catalog';
import { stateDirectory } from '../../lake/layout';
import { printTable } from '../print-table';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { diffLines, documentText, versionsOfOne } from './routes-output';

interface VersionsOptions extends SettingsOptions {
  service?: string;
  json?: boolean;
}

const catalogOf = async (options: SettingsOptions) => {
  const { DocumentCatalog } = await import('../../ingest/routes');
  return new DocumentCatalog(stateDirectory((await settingsOf(options)).lake));
};
const print = (value: unknown): unknown => process.stdout.write(`${JSON.stringify(value)}\n`);
const serviceOption = ['--service <name>', 'the document of this service'] as const;

/** `apitrail routes versions`: the OpenAPI documents that were imported. */
export function routesVersionsCommand(): Command {
  return new Command('versions')
    .description('list the OpenAPI documents that were imported, with all their versions')
    .argument('[name]', 'one document')
    .option('--service <name>', 'documents of this service')
    .option('--json', 'as JSON')
    .addOption(lakeOption())
    .addOption(configOption())
    .action(async (name: string | undefined, options: VersionsOptions) => {
      const versions = (await (await catalogOf(options)).versions()).filter(
        (version) =>
          (name === undefined || version.name === name) &&
          (options.service === undefined || version.service === options.service)
      );
      if (options.json) {
        print({ versions });
      } else if (versions.length === 0) {
        process.stderr.write('There are none. Import one with: apitrail routes import openapi.yaml\n');
      } else {
        printTable(
          ['name', 'service', 'version', 'state', 'imported', 'file', 'info.version', 'routes', 'operations'],
          versions.map((version) => [
            version.name,
            version.service ?? '(all)',
            version.version,
            version.state,
            version.imported_at,
            version.file,
            version.info_version,
            version.routes,
            version.operations,
          ])
        );
      }
    });
}

/** `apitrail routes show`: the routes of a version, or how it differs from another. */
export function routesShowCommand(): Command {
  return new Command('show')
    .description('print the routes of an OpenAPI document that was imported')
    .argument('[name]', 'which document; not needed where there is one')
    .option(...serviceOption)
    .option('--doc-version <number>', 'which version (default: the newest)', versionNumber)
    .option('--diff [number]', 'how it differs from another version (default: the one before)', versionNumber)
    .option('--json', 'as JSON')
    .addOption(lakeOption())
    .addOption(configOption())
    .action(async (name: string | undefined, options: VersionsOptions & { docVersion?: number; diff?: number | true }) => {
      const catalog = await catalogOf(options);
      const versions = await versionsOfOne(catalog, name, options.service);
      const version = pick(versions, options.docVersion);
      const routes = await catalog.routesOf(version);
      if (options.diff !== undefined) {
        const { diffRoutes } = await import('../../ingest/routes/declared/diff');
        const other = pick(versions, options.diff === true ? version.version - 1 : options.diff);
        const diff = diffRoutes(await catalog.routesOf(other), routes);
        if (options.json) {
          print({ ...named(version), since: other.version, diff });
        } else {
          const text = `${documentText(version)}, version ${version.version} since ${other.version}:`;
          process.stdout.write(`${[text, ...diffLines(diff)].join('\n')}\n`);
        }
      } else if (options.json) {
        print({ ...version, routes });
      } else {
        process.stderr.write(`${documentText(version)}, version ${version.version} (${version.state}):\n`);
        printTable(
          ['method', 'route', 'operation', 'declared errors', 'where'],
          routes.flatMap(({ template, methods, where }) =>
            Object.entries(methods).map(([method, { operationId, deprecated, errors }]) => [
              method,
              `${template}${deprecated ? ' (deprecated)' : ''}`,
              operationId ?? null,
              errors?.join(' ') ?? null,
              where,
            ])
          )
        );
      }
    });
}

/** `apitrail routes remove`: a document counts no longer. */
export function routesRemoveCommand(): Command {
  return new Command('remove')
    .description('let the routes of an OpenAPI document count no longer; its versions are kept')
    .argument('<name>', 'which document')
    .option(...serviceOption)
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Stored requests keep their routes until apitrail routes apply. To take it back, import the document again.`
    )
    .action(async (name: string, options: VersionsOptions) => {
      const catalog = await catalogOf(options);
      const versions = await versionsOfOne(catalog, name, options.service);
      const version = versions.at(-1)!;
      const removed = await catalog.remove(version.service, version.name);
      process.stderr.write(
        removed
          ? `${documentText(version)} counts no longer. apitrail routes apply gives stored requests other routes.\n`
          : `${documentText(version)} was removed before: nothing to do.\n`
      );
      print({ ...named(version), removed });
    });
}

const named = ({ service, name, version }: KnownVersion) => ({ service, name, version });

function pick(versions: readonly KnownVersion[], number: number | undefined): KnownVersion {
  const found = number === undefined ? versions.at(-1) : versions.find(({ version }) => version === number);
  if (found === undefined) {
    const there = versions.map(({ version }) => version).join(', ');
    const message = `${documentText(versions[0]!)} has no version ${number}. It has: ${there}.`;
    throw new ApitrailError('APITRAIL_USAGE', message, { where: '--doc-version' });
  }
  return found;
}

function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('It must be the number of a version, such as 2.');
  }
  return Number(text);
}
