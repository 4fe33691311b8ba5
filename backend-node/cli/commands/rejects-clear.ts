import { ApitrailError } from '@apitrail/contract';
import { Command } from 'commander';

import { durationArgument, showCount } from '../size-arguments';
import { openRejects, withFilters, type RejectsOptions } from './rejects';

interface ClearOptions extends RejectsOptions {
  olderThan?: number;
  all?: boolean;
}

/** `apitrail rejects clear`: deletes what nobody needs any more. */
export function clearRejects(): Command {
  return withFilters(new Command('clear'))
    .description('delete what could not be understood, for good')
    .option('--older-than <age>', 'only what came in longer ago than this, such as 7d', durationArgument)
    .option('--all', 'of any age')
    .action(async (options: ClearOptions) => {
      const { olderThan, all } = options;
      if (olderThan === undefined && !all) {
        throw new ApitrailError('APITRAIL_USAGE', 'Say what to delete: --older-than 7d, or --all.', {
          where: '--older-than',
        });
      }
      const { lockRejects } = await import('../../ingest/rejects');
      const { letterFiles, settleLetters } = await import('../../ingest/rejects/letters');
      const { lake, key, filter } = await openRejects(options);
      let cleared = 0;
      if (key) {
        const lock = await lockRejects(lake);
        try {
          const before = olderThan === undefined ? {} : { before: Date.now() - olderThan };
          for (const file of await letterFiles(lake)) {
            await settleLetters(file, key, { ...filter, ...before }, (letters) => {
              cleared += letters.length;
              return Promise.resolve(new Set(letters.map(({ id }) => id)));
            });
          }
        } finally {
          await lock.release();
        }
      }
      process.stderr.write(`${showCount(cleared, 'item')} deleted.\n`);
      process.stdout.write(`${JSON.stringify({ cleared })}\n`);
    });
}
