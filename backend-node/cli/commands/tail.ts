import { dirname, resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import { Command, Option } from 'commander';

import { FORMAT_NAMES } from '../../ingest/formats/registry';
import { keyFileOption, readKey } from '../read-key';
import { configOption, settingsOf, type SettingsOptions } from '../settings-options';
import { stopSignal } from '../stop-signal';

interface TailCommandOptions extends SettingsOptions {
  to?: string;
  keyFile?: string;
  format: string;
  service?: string;
  environment?: string;
  map?: string;
  logTime?: 'start' | 'end';
  state?: string;
  fromStart?: boolean;
  fromEnd?: boolean;
  once?: boolean;
  quiet?: boolean;
}

const FORMATS = FORMAT_NAMES.filter((name) => name !== 'parquet');

/** `apitrail tail`: logs as they are written, to a companion or into a lake. */
export function tailCommand(): Command {
  return new Command('tail')
    .description('follow logs and send what is written to them, through rotation and restarts')
    .argument('<file...>', 'files, folders or patterns; plain, gzip or zstd; they need not be there yet')
    .addOption(new Option('--to <url>', 'ingest listener of a companion, such as http://127.0.0.1:8586'))
    .addOption(
      new Option(
        '--lake <folder>',
        'folder of a lake that no companion serves (default: what the configuration says)'
      ).conflicts('to')
    )
    .addOption(configOption())
    .addOption(keyFileOption())
    .option('--format <format>', `${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}`, 'auto')
    .option('--service <name>', 'service of requests whose log does not name one')
    .option('--environment <name>', 'environment of requests whose log does not name one')
    .option('--map <file>', 'mapping of fields to columns (YAML or JSON), for json, csv and tsv')
    .addOption(
      new Option('--log-time <moment>', 'whether the log’s times are the start or the end of requests').choices([
        'start',
        'end',
      ])
    )
    .option(
      '--state <path>',
      'file or folder that keeps how far logs were sent (default: one per destination in ~/.local/state/apitrail)'
    )
    .addOption(new Option('--from-start', 'read logs that are there at the first start from their beginning (default)'))
    .addOption(
      new Option('--from-end', 'read logs that are there at the first start from their end on').conflicts('fromStart')
    )
    .option('--once', 'stop when everything that is there was sent')
    .option('--quiet', 'say only what is wrong on standard error')
    .addHelpText(
      'after',
      `
What is sent is known by its content: renamed, copied, compressed and restored logs go on where they were left, and
nothing is sent twice. Patterns should match rotated logs, too. The last line on standard output is a JSON summary.

Examples:
  apitrail tail '/var/log/nginx/access.log*' --to https://apitrail.example:8586 --key-file key --service shop
  apitrail tail logs/ --lake ./lake --format json --from-end
  apitrail tail access.log --to http://127.0.0.1:8586 --once`
    )
    .action(async (files: string[], options: TailCommandOptions) => {
      const summary = await runTail(files, options);
      process.stdout.write(`${JSON.stringify(summary)}\n`);
    });
}

async function runTail(files: string[], options: TailCommandOptions) {
  const [{ tailLogs }, { tailStateFile }, { formatNamed, readMapping }, { acquireLock }, { makeDirectory }] =
    await Promise.all([
      import('../../ingest/tail/tail-logs'),
      import('../../ingest/tail/state-file'),
      import('../../ingest/formats'),
      import('../../lake/process-lock'),
      import('../../lake/durable'),
    ]);
  const { format, map, to, quiet, once } = options;
  if (format === 'parquet') {
    throw new ApitrailError('APITRAIL_BAD_FORMAT', 'Parquet files do not grow. Take them in with apitrail import.', {
      where: '--format',
    });
  }
  if (format !== 'auto') {
    formatNamed(format);
  }
  const mapping = map === undefined ? undefined : await readMapping(map);
  const settings = await settingsOf(options);
  const destination = to ?? resolve(settings.lake);
  const stateFile = await tailStateFile(options.state, destination);
  await makeDirectory(dirname(stateFile));
  const lock = await acquireLock(dirname(stateFile), {
    name: stateFile.slice(dirname(stateFile).length + 1).replace(/\.json$/, ''),
    holder: 'Another apitrail tail has this state',
    advice: 'Follow its logs with that one, or give this one another --state.',
  });
  const stop = stopSignal('Stopping. What was read is sent. Press Ctrl-C again to stop at once; that is safe, too.');
  try {
    const sink = await openSink(options, settings, mapping, format);
    try {
      return await tailLogs({
        ...{ files, sink, stateFile, choice: { wanted: format, mapping } },
        fromStart: options.fromEnd !== true,
        once: once ?? false,
        quiet: quiet ?? false,
        output: process.stderr,
        signal: stop.signal,
      });
    } finally {
      await sink.close();
    }
  } finally {
    stop.release();
    await lock.release();
  }
}

async function openSink(
  { to, keyFile, service, environment, logTime }: TailCommandOptions,
  settings: Awaited<ReturnType<typeof settingsOf>>,
  mapping: Awaited<ReturnType<typeof import('../../ingest/formats').readMapping>> | undefined,
  format: string
) {
  const context = { service, environment, timeIsEnd: logTime === undefined ? undefined : logTime === 'end', mapping };
  const note = (text: string) => process.stderr.write(`${text}\n`);
  if (mapping && !MAPPABLE.test(format)) {
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `A mapping goes with json, csv and tsv, not with ${format}.`, {
      where: '--map',
    });
  }
  if (to !== undefined) {
    const { CompanionClient, companionAddress } = await import('../../ingest/send/companion-client');
    const { HttpSink } = await import('../../ingest/tail/http-sink');
    const client = new CompanionClient({ url: companionAddress(to, '--to'), key: await readKey(keyFile), note });
    return new HttpSink(client, context);
  }
  const { openLocalIntake } = await import('../../ingest/send/local-intake');
  const { IntakeSink } = await import('../../ingest/tail/intake-sink');
  return new IntakeSink(await openLocalIntake(settings, note), settings.lake, context);
}

const MAPPABLE = /^(auto|json|ndjson|jsonl|nginx-json|csv|tsv)$/;
