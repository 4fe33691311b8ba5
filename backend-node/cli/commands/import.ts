import { Command, Option } from 'commander';

import { FORMAT_NAMES } from '../../ingest/formats/registry';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';

interface ImportCommandOptions extends SettingsOptions {
  format: string;
  service?: string;
  environment?: string;
  map?: string;
  openapi?: string;
  rejects?: string;
  logTime?: 'start' | 'end';
  deriveSessions: boolean;
  forgetSources?: boolean;
  final?: boolean;
  rowsPerCommit?: number;
  quiet?: boolean;
}

/** `apitrail import`: logs into the lake. */
export function importCommand(): Command {
  return new Command('import')
    .description('import access logs, JSON lines, CSV or Parquet into a lake')
    .argument('<file...>', 'files, folders, patterns, or - for standard input; plain, gzip or zstd')
    .addOption(lakeOption())
    .addOption(configOption())
    .option('--format <format>', `${FORMAT_NAMES.slice(0, -1).join(', ')} or ${FORMAT_NAMES.at(-1)}`, 'auto')
    .option('--service <name>', 'service of requests whose log does not name one')
    .option('--environment <name>', 'environment of requests whose log does not name one')
    .option('--map <file>', 'mapping of fields to columns (YAML or JSON), for json, csv, tsv and parquet')
    .option('--openapi <file>', 'first take routes for --service from an OpenAPI document; see apitrail routes import')
    .option('--rejects <file>', 'write rejected lines there, as JSON lines with file, line, reason and text')
    .addOption(
      new Option('--log-time <moment>', 'whether the log’s times are the start or the end of requests').choices([
        'start',
        'end',
      ])
    )
    .option('--no-derive-sessions', 'derive no sessions from address and user agent')
    .option('--forget-sources', 'forget what was imported before and take every file for a new one')
    .option('--final', 'take a last line without a line end for whole, also in a file that is being written')
    .addOption(new Option('--rows-per-commit <count>').argParser(Number).hideHelp())
    .option('--quiet', 'say only what is wrong on standard error')
    .addHelpText(
      'after',
      `
The last line on standard output is a JSON summary. The same content twice adds nothing, a log that has grown goes on
where it ended, and an import that was cut off is finished by the same command.

Examples:
  apitrail import access.log* --lake ./lake --service shop
  apitrail import access.log --format nginx:'$remote_addr [$time_local] "$request" $status $body_bytes_sent $request_time'
  zcat big.log.gz | apitrail import - --lake ./lake
  apitrail import requests.csv --map mapping.yaml --rejects rejects.jsonl`
    )
    .action(async (files: string[], options: ImportCommandOptions) => {
      process.exitCode = await runImport(files, options);
    });
}

async function runImport(files: string[], options: ImportCommandOptions): Promise<number> {
  const { importLogs, succeeded } = await import('../../ingest/import');
  const { lake, privacy, sessions, routes, noise, limits } = await settingsOf(options);
  if (options.openapi !== undefined) {
    const { importOpenApi } = await import('./routes-import');
    const say = (text: string) => options.quiet || process.stderr.write(`${text}\n`);
    await importOpenApi(options.openapi, lake, options.service === undefined ? {} : { service: options.service }, say);
  }
  const stop = new AbortController();
  const onInterrupt = (): void => {
    if (stop.signal.aborted) {
      process.exit(1);
    }
    process.stderr.write('\nStopping at the last commit. Press Ctrl-C again to stop at once; that is safe, too.\n');
    stop.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const {
      format,
      service,
      environment,
      map,
      rejects,
      logTime,
      deriveSessions,
      forgetSources,
      final,
      rowsPerCommit,
      quiet,
    } = options;
    const summary = await importLogs({
      inputs: files,
      lake,
      format,
      ...(service === undefined ? {} : { service }),
      ...(environment === undefined ? {} : { environment }),
      ...(map === undefined ? {} : { map }),
      ...(rejects === undefined ? {} : { rejects }),
      ...(logTime === undefined ? {} : { timeIsEnd: logTime === 'end' }),
      ...(forgetSources === undefined ? {} : { forgetSources }),
      ...(final === undefined ? {} : { final }),
      ...(rowsPerCommit === undefined ? {} : { rowsPerCommit }),
      privacy,
      sessions: deriveSessions ? sessions : { ...sessions, derive: false },
      routeRules: routes.rules,
      noise,
      threads: limits.threads,
      quiet: quiet ?? false,
      output: process.stderr,
      stdin: process.stdin,
      signal: stop.signal,
    });
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return succeeded(summary) ? 0 : 1;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
