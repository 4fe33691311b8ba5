import { Command } from 'commander';

import { NOISE_SET_NAMES, type NoiseSetName } from '../../ingest/noise/built-in-sets';
import { configOption, oneOf, settingsOf, type SettingsOptions } from '../settings-options';
import { showCount } from '../size-arguments';

interface NoiseTestOptions extends SettingsOptions {
  format: string;
  map?: string;
  service?: string;
  set: NoiseSetName[];
  quiet?: boolean;
}

/** `apitrail noise`: rules that leave requests out. */
export function noiseCommand(): Command {
  return new Command('noise').description('rules that leave requests out of the lake').addCommand(testCommand());
}

function testCommand(): Command {
  const set = oneOf(NOISE_SET_NAMES);
  return new Command('test')
    .description('say what the rules would leave out of logs; nothing is imported')
    .argument('<file...>', 'log files as apitrail import takes them')
    .addOption(configOption())
    .option('--format <format>', 'format of the files, as apitrail import takes it', 'auto')
    .option('--map <file>', 'mapping of fields to columns, as apitrail import takes it')
    .option('--service <name>', 'service of rows that name none')
    .option(
      '--set <name>',
      `try this set instead of the rules of the configuration; may be given several times (${NOISE_SET_NAMES.join(', ')})`,
      (text, before: NoiseSetName[]) => [...before, set(text)],
      [] as NoiseSetName[]
    )
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
The files are imported into a lake of their own, which is thrown away. The last line on standard output is a JSON summary.

Examples:
  apitrail noise test access.log.gz
  apitrail noise test access.log.gz --set health_checks --set bots`
    )
    .action(async (files: string[], options: NoiseTestOptions) => {
      process.exitCode = await testNoise(files, options);
    });
}

async function testNoise(files: string[], options: NoiseTestOptions): Promise<number> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { ApitrailError } = await import('@apitrail/contract');
  const { openDuckDb } = await import('../../engine/duckdb');
  const { importLogs, succeeded } = await import('../../ingest/import');
  const { noiseConfigSchema } = await import('../../ingest/noise/config');
  const { LeftOutReader } = await import('../../ingest/noise/left-out-reader');
  const { EARLIEST, LATEST } = await import('../../queries/range-bounds');
  const settings = await settingsOf(options);
  const noise =
    options.set.length === 0
      ? settings.noise
      : noiseConfigSchema.parse({ rules: options.set.map((name) => ({ name, match: name, action: 'drop' })) });
  if (noise.rules.length === 0) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      'There are no rules: set noise.rules in apitrail.yaml, or try sets with --set.',
      {
        where: 'noise.rules',
      }
    );
  }
  const lake = await mkdtemp(join(tmpdir(), 'apitrail-noise-'));
  const engine = await openDuckDb({ threads: settings.limits.threads });
  try {
    const { format, map, service, quiet = false } = options;
    const summary = await importLogs({
      ...{ inputs: files, lake, format, noise, quiet, output: process.stderr, stdin: process.stdin },
      ...(map === undefined ? {} : { map }),
      ...(service === undefined ? {} : { service }),
      ...{ privacy: settings.privacy, sessions: settings.sessions, final: true },
    });
    const totals = await new LeftOutReader(lake, engine).totals({ from: EARLIEST, to: LATEST });
    const all = summary.rows + summary.left_out;
    const rules = noise.rules.map(({ name, action }) => {
      const requests = totals.find(({ rule }) => rule === name)?.requests ?? 0;
      return { name, action, requests, share: all === 0 ? 0 : Math.round((requests / all) * 1e4) / 1e4 };
    });
    const say = (text: string) => quiet || process.stderr.write(`${text}\n`);
    rules.forEach(({ name, action, requests, share }) =>
      say(`${name} (${action}): ${showCount(requests, 'request')}, ${(share * 100).toFixed(1)} %`)
    );
    say(`${showCount(summary.rows, 'request')} of ${all.toLocaleString('en-US')} would stay`);
    const { rows, left_out, rejected } = summary;
    process.stdout.write(`${JSON.stringify({ requests: all, stay: rows, left_out, rejected, rules })}\n`);
    return succeeded(summary) ? 0 : 1;
  } finally {
    await engine.close();
    await rm(lake, { recursive: true, force: true });
  }
}
