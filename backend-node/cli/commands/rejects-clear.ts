import { ApitrailError } from '@apitrail/contract';
import { Command } from 'commander';

import type { ClearSummary } from '../../ingest/rejects/clear-letters';
import { durationArgument, showCount } from '../size-arguments';
import { onDamage, openRejects, withFilters, type RejectsOptions } from './rejects';

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
      const { clearLetters } = await import('../../ingest/rejects/clear-letters');
      const { lake, key, filter } = await openRejects(options);
      let summary: ClearSummary = { cleared: 0, unreadable: 0 };
      if (key) {
        const lock = await lockRejects(lake);
        try {
          const before = olderThan === undefined ? {} : { before: Date.now() - olderThan };
          summary = await clearLetters(lake, key, { ...filter, ...before }, onDamage);
        } finally {
          await lock.release();
        }
      }
      process.stderr.write(`${showCount(summary.cleared, 'item')} deleted.\n`);
      process.stdout.write(`${JSON.stringify(summary)}\n`);
    });
}
