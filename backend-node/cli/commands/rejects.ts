import { Command } from 'commander';

import type { ApitrailError } from '@apitrail/contract';

import type { LetterFilter } from '../../ingest/rejects/letters';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { timeArgument } from '../time-argument';
import { listRejects } from './rejects-list';
import { clearRejects } from './rejects-clear';
import { replayRejects } from './rejects-replay';
import { showRejects } from './rejects-show';

/** Options that say which dead letters are meant. */
export interface RejectsOptions extends SettingsOptions {
  since?: number;
  decoder?: string;
  reason?: string;
}

/** `apitrail rejects`: what was taken in and could not be understood. */
export function rejectsCommand(): Command {
  const rejects = new Command('rejects').description(
    'look at what was sent and could not be understood, and try it again'
  );
  rejects.addCommand(listRejects());
  rejects.addCommand(showRejects());
  rejects.addCommand(replayRejects());
  rejects.addCommand(clearRejects());
  return rejects;
}

/** Adds the options all of them take. */
export function withFilters(command: Command): Command {
  return command
    .option('--since <time>', 'only what came in since: now-1d, an ISO time or epoch milliseconds', timeArgument)
    .option('--decoder <name>', 'only what this decoder rejected, such as lines or elasticsearch')
    .option('--reason <text>', 'only what was rejected for a reason that has this text')
    .addOption(lakeOption())
    .addOption(configOption());
}

/** What the options mean: settings, key and filter. Without dead letters there is no key, and none is made. */
export async function openRejects(options: RejectsOptions) {
  const { letterFiles } = await import('../../ingest/rejects/letters');
  const { storageKey } = await import('../../ingest/privacy');
  const settings = await settingsOf(options);
  const { lake } = settings;
  const { since, decoder, reason } = options;
  const filter: LetterFilter = {
    ...(since === undefined ? {} : { since }),
    ...(decoder === undefined ? {} : { decoder }),
    ...(reason === undefined ? {} : { reason }),
  };
  const some = (await letterFiles(lake)).length > 0;
  return { settings, lake, filter, key: some ? await storageKey(settings.privacy, 'rejects', { lake }) : undefined };
}

/** Tells of a file that cannot be read, and sees to it that the command fails in the end. */
export function onDamage(error: ApitrailError): void {
  process.exitCode = 1;
  process.stderr.write(`${error.userMessage}\n`);
}
