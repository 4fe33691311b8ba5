import { ApitrailError } from '@apitrail/contract';
import { Command, InvalidArgumentError, Option } from 'commander';

import { onDamage, withFilters, type RejectsOptions } from './rejects';
import { isoTime, rejectGroups } from './rejects-list';

/** `apitrail rejects show`: items of a group, whole. */
export function showRejects(): Command {
  return withFilters(new Command('show'))
    .description('items of a group of the list, as they were sent: they may hold personal data')
    .argument('<number>', 'number of the group, as apitrail rejects list with the same options has it', count)
    .addOption(new Option('--limit <count>', 'how many items').argParser(count).default(10))
    .option('--json', 'print one JSON object for each item')
    .action(async (number: number, options: RejectsOptions & { limit: number; json?: boolean }) => {
      const { groupName } = await import('../../ingest/rejects/groups');
      const { lettersOf } = await import('../../ingest/rejects/letters');
      const { groups, lake, key, filter, names } = await rejectGroups(options);
      const group = groups[number - 1];
      if (!group || !key) {
        throw new ApitrailError(
          'APITRAIL_USAGE',
          groups.length === 0 ? 'Nothing was rejected.' : `There is no group ${number}; the list has ${groups.length}.`,
          { where: 'number' }
        );
      }
      let shown = 0;
      for await (const letter of lettersOf(lake, key, filter, onDamage)) {
        if (groupName(letter) !== groupName(group)) {
          continue;
        }
        if (shown++ === options.limit) {
          process.stderr.write(`There are ${group.letters} such items; --limit shows more.\n`);
          break;
        }
        const { id, receivedAt, decoder, params, from, reason, index, text, body, cut } = letter;
        const whose = names.get(from) ?? from;
        if (options.json) {
          const content = body ? { body: body.toString('base64') } : { text };
          const about = { id, received: isoTime(receivedAt), decoder, params, key: whose, reason, index };
          process.stdout.write(`${JSON.stringify({ ...about, ...content, ...(cut ? { cut } : {}) })}\n`);
          continue;
        }
        const about = [isoTime(receivedAt), decoder, ...(whose ? [whose] : []), JSON.stringify(params), reason].join(
          '  '
        );
        const content = text ?? body!.toString('utf8');
        process.stdout.write(
          `${printable(about)}\n${printable(content)}${cut ? '\n(only its beginning was kept)' : ''}\n\n`
        );
      }
    });
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('It must be a number from 1 on.');
  }
  return Number(text);
}

/** Control characters of what somebody sent must not reach the terminal; line ends and tabs may. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' || character === '\t' ? character : '�'));
}
