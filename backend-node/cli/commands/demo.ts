import { Command, InvalidArgumentError } from 'commander';

import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';

interface DemoOptions extends SettingsOptions {
  seed: number;
  days: number;
  rows: number;
  end?: number;
  quiet?: boolean;
}

/** `apitrail demo`: a shop’s API traffic, generated into a lake. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('generate a shop’s API traffic with planted incidents into a lake')
    .addOption(lakeOption())
    .addOption(configOption())
    .option('--rows <count>', 'about how many requests', wholeNumber(100, 1e9), 400_000)
    .option('--days <count>', 'over how many days', wholeNumber(1, 730), 14)
    .option(
      '--seed <number>',
      'the same seed, days, rows and end give the same requests',
      wholeNumber(0, 2 ** 31 - 1),
      1
    )
    .option(
      '--end <time>',
      'when it ends, ISO 8601 (default: the last full hour, or that of the demo in the lake)',
      parseTime
    )
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
What was planted is written to DIR/incidents.json. A run that was stopped goes on where it ended; a second one adds nothing.

Examples:
  apitrail demo --lake ./lake
  apitrail demo --lake ./lake --rows 10000000 --days 30 --seed 7 --end 2026-11-01T00:00:00Z`
    )
    .action(async (options: DemoOptions) => {
      const { makeDemo } = await import('../../demo/make-demo');
      const { lake } = await settingsOf(options);
      const { seed, days, rows, end, quiet } = options;
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort(new Error('Stopped. The same command goes on from here.')));
      const result = await makeDemo({
        lake,
        seed,
        days,
        rows,
        ...(end === undefined ? {} : { end }),
        signal: stop.signal,
        onProgress: (progress) => {
          if (!quiet) {
            process.stderr.write(`day ${progress.day} of ${progress.days}, ${progress.rows} requests\n`);
          }
        },
      });
      process.stdout.write(`${JSON.stringify(result)}\n`);
    });
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < from || value > to) {
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    }
    return value;
  };
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('It must be a time such as 2026-11-01T00:00:00Z.');
  }
  return time;
}
