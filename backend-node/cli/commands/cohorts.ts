import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { ApitrailError, parseCohort } from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import type { CohortStore } from '../../cohorts/cohort-store';
import type { Settings } from '../../config/settings';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/formats';
import { printTable } from '../print-table';
import { configOption, lakeOption, oneOf, settingsOf, type SettingsOptions } from '../settings-options';
import { timeArgument } from '../time-argument';
import { writeOut } from '../write-out';

/** `apitrail cohorts`: the saved cohorts of a lake. A running companion sees every change at once. */
export function cohortsCommand(): Command {
  const cohorts = new Command('cohorts').description('save cohorts, list who is in them and tell webhooks');
  const command = (name: string, description: string) =>
    cohorts.command(name).description(description).addOption(lakeOption()).addOption(configOption());
  command('list', 'list the saved cohorts')
    .option('--json', 'as JSON, with their definitions')
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const list = await (await storeOf(options)).store.list();
      if (options.json) {
        print({ cohorts: list });
      } else if (list.length === 0) {
        process.stderr.write('There are no cohorts yet. Save one with: apitrail cohorts save NAME DEFINITION\n');
      } else {
        printTable(
          ['name', 'unit', 'of', 'title', 'saved'],
          list.map(({ name, unit, funnel, title, updated }) => [
            ...[name, unit, funnel ? `funnel, ${funnel.outcome} at step ${funnel.step}` : 'requests'],
            ...[title ?? '', updated ?? 'configuration'],
          ])
        );
      }
    });
  command('show', 'print the definition of a cohort as JSON')
    .argument('<name>', 'which cohort')
    .action(async (name: string, options: SettingsOptions) => print(await (await storeOf(options)).store.get(name)));
  command('save', 'save a cohort, in the place of one of the same name')
    .argument('<name>', 'what it is called, such as dropped-at-payment')
    .argument('<definition>', 'its definition as JSON, a file that holds it, or - for standard input')
    .addHelpText(
      'after',
      `
Examples:
  apitrail cohorts save met-errors '{"filters":[{"key":"status_class","operator":"=","value":"5xx"}]}'
  apitrail cohorts save dropped-at-payment funnel.json --lake ./lake`
    )
    .action(async (name: string, definition: string, options: SettingsOptions) => {
      const cohort = parseCohort(await readDefinition(definition), name);
      print((await (await storeOf(options)).store.save(cohort)).cohort);
    });
  command('delete', 'delete a cohort')
    .argument('<name>', 'which cohort')
    .action(async (name: string, options: SettingsOptions) => {
      await (await storeOf(options)).store.delete(name);
      print({ deleted: name });
    });
  command('members', 'list who is in a cohort')
    .argument('<name>', 'which cohort')
    .option('--from <time>', 'of cohorts without a range: since when (default: 30 days before --to)', timeArgument)
    .option('--to <time>', 'until when (default: now)', timeArgument)
    .option('--format <format>', Object.keys(EXPORT_FORMATS).join(', '), oneOf(FORMATS), 'csv')
    .option('--output <file>', 'file to write; - is standard output', '-')
    .option('--limit <number>', 'as many at most, by name', parseLimit)
    .option('--dataset <name>', 'dataset that is looked at', 'requests')
    .action((name: string, options: MembersOptions) => writeMembers(name, options));
  command('push', 'tell webhooks of the configuration who is in a cohort: all the first time, then who came and went')
    .argument('<name>', 'which cohort')
    .option('--webhook <name>', 'which webhook (default: those that have the cohort)')
    .action(async (name: string, options: SettingsOptions & { webhook?: string }) => {
      const { withPusher } = await import('../../cohorts/webhook/push-loop');
      const { settings, store } = await storeOf(options);
      await store.get(name);
      const interrupted = untilInterrupted();
      try {
        print({
          pushed: await withPusher(settings, (pusher) => pusher.push(name, options.webhook, interrupted.signal)),
        });
      } finally {
        interrupted.done();
      }
    });
  return cohorts;
}

const FORMATS = Object.keys(EXPORT_FORMATS) as ExportFormat[];

interface MembersOptions extends SettingsOptions {
  from?: number;
  to?: number;
  format: ExportFormat;
  output: string;
  limit?: number;
  dataset: string;
}

async function storeOf(options: SettingsOptions): Promise<{ settings: Settings; store: CohortStore }> {
  const { CohortStore } = await import('../../cohorts/cohort-store');
  const settings = await settingsOf(options);
  return { settings, store: new CohortStore(settings.lake, settings.cohorts.saved) };
}

async function readDefinition(argument: string): Promise<unknown> {
  const json =
    argument === '-' ? await text(process.stdin) : argument.trimStart().startsWith('{') ? argument : undefined;
  try {
    return JSON.parse(json ?? (await readFile(argument, 'utf8')));
  } catch (error) {
    throw new ApitrailError('APITRAIL_USAGE', `The definition cannot be read: ${(error as Error).message}.`, {
      where: json === undefined ? argument : '<definition>',
      cause: error,
    });
  }
}

async function writeMembers(name: string, options: MembersOptions): Promise<void> {
  const { exportMembers } = await import('../../cohorts/member-export');
  const { DEFAULT_MEMBERS_MS, openMembers } = await import('../../cohorts/members');
  const { openDuckDb } = await import('../../engine/duckdb');
  const { openDatasets } = await import('../../server/datasets');
  const { PseudonymSource } = await import('../../server/pseudonyms');
  const { openSpillDirectory } = await import('../../server/spill-directory');
  const { settings, store } = await storeOf(options);
  const cohort = await store.get(name);
  const now = Date.now();
  const to = options.to ?? now;
  const from = options.from ?? to - DEFAULT_MEMBERS_MS;
  if (from >= to) {
    throw new ApitrailError('APITRAIL_BAD_RANGE', 'The range is empty: --from must lie before --to.', {
      where: '--from',
    });
  }
  const { limits } = settings;
  const spill = await openSpillDirectory(settings.lake, () => undefined);
  const engine = await openDuckDb({
    threads: limits.threads,
    memoryLimit: `${limits.memoryBytes}B`,
    tempDirectory: spill.path,
  });
  const interrupted = untilInterrupted();
  try {
    const pseudonyms = new PseudonymSource(settings.privacy);
    const source = {
      ...{ engine, datasets: openDatasets(settings, engine), cohorts: store },
      pseudonyms: () => pseudonyms.current(),
    };
    const { signal } = interrupted;
    const open = await openMembers(cohort, { dataset: options.dataset, from, to, now, signal }, source);
    const { size } = open.members;
    const content = await exportMembers(cohort, open, options.format, {
      ...{ engine, folder: spill.path, signal },
      limit: options.limit,
    });
    await writeOut(content, options.output);
    process.stderr.write(`${size.toLocaleString('en')} ${size === 1 ? 'member' : 'members'}\n`);
  } finally {
    interrupted.done();
    await engine.close();
    await spill.close();
  }
}

function parseLimit(given: string): number {
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new InvalidArgumentError('Use a whole number above 0.');
  }
  return limit;
}

function untilInterrupted(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  process.once('SIGINT', onSignal);
  return { signal: controller.signal, done: () => process.removeListener('SIGINT', onSignal) };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
