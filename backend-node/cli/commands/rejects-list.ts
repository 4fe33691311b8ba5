import { Command } from 'commander';

import type { Settings } from '../../config/settings';
import type { LetterGroup } from '../../ingest/rejects/groups';
import { printTable } from '../print-table';
import { showCount } from '../size-arguments';
import { onDamage, openRejects, withFilters, type RejectsOptions } from './rejects';

/** `apitrail rejects list`: what is wrong, and how often. */
export function listRejects(): Command {
  return withFilters(new Command('list'))
    .description('what could not be understood, by what is wrong with it, newest first')
    .option('--json', 'print JSON')
    .action(async (options: RejectsOptions & { json?: boolean }) => {
      const { groups, names } = await rejectGroups(options);
      const rows = groups.map((group) => ({ ...group, key: names.get(group.from) ?? group.from }));
      if (options.json) {
        const shown = rows.map(({ from: _, oldest, newest, ...group }, index) => ({
          number: index + 1,
          ...group,
          oldest: isoTime(oldest),
          newest: isoTime(newest),
        }));
        process.stdout.write(`${JSON.stringify({ letters: lettersIn(groups), groups: shown })}\n`);
        return;
      }
      if (groups.length === 0) {
        process.stderr.write('Nothing was rejected.\n');
        return;
      }
      printTable(
        ['#', 'newest', 'decoder', 'key', 'reason', 'count', 'sample'],
        rows.map(({ newest, decoder, key, reason, letters, sample }, index) => [
          String(index + 1),
          isoTime(newest).slice(0, 19),
          ...[decoder, key, shorten(reason, 60), letters, shorten(sample, 60)],
        ])
      );
      process.stderr.write(
        `\n${showCount(lettersIn(groups), 'item')}. Samples are shortened, and addresses and secrets left out as far as they can be ` +
          'told; they may hold personal data all the same. apitrail rejects show # prints them whole.\n'
      );
    });
}

/** Groups of the letters that are meant, numbered by their place, and the names of keys by id. */
export async function rejectGroups(options: RejectsOptions) {
  const { groupLetters } = await import('../../ingest/rejects/groups');
  const { lettersOf } = await import('../../ingest/rejects/letters');
  const { settings, lake, key, filter } = await openRejects(options);
  const groups: LetterGroup[] = key ? await groupLetters(lettersOf(lake, key, filter, onDamage)) : [];
  return { groups, lake, key, filter, names: await keyNames(settings) };
}

/** ISO time of microseconds since the epoch. */
export const isoTime = (us: number): string => new Date(us / 1000).toISOString();

async function keyNames({ keysFile }: Settings): Promise<Map<string, string>> {
  const { readKeyFile } = await import('../../access/key-file');
  return new Map((await readKeyFile(keysFile)).map(({ id, name }) => [id, name]));
}

const lettersIn = (groups: readonly LetterGroup[]): number => groups.reduce((sum, { letters }) => sum + letters, 0);

const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
