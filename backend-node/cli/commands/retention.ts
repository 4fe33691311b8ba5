import { ApitrailError } from '@apitrail/contract';
import { Command } from 'commander';

import { assertClock } from '../believed-clock';
import { withLakeEngine } from '../lake-engine';
import { LAKE_TABLES } from '../lake-tables';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { durationArgument, showBytes, showCount, sizeArgument } from '../size-arguments';

interface RetentionCommandOptions extends SettingsOptions {
  age?: number;
  size?: number;
  dryRun?: boolean;
  force?: boolean;
  quiet?: boolean;
}

/** `apitrail retention`: takes out the days that are no longer kept. */
export function retentionCommand(): Command {
  return new Command('retention')
    .description('take out the days that the settings retention.age and retention.size no longer keep')
    .addOption(lakeOption())
    .addOption(configOption())
    .option('--age <time>', 'how long requests are kept, such as 90d (default: retention.age)', durationArgument)
    .option('--size <size>', 'how large the table may be, such as 500GiB (default: retention.size)', sizeArgument)
    .option('--dry-run', 'only say what would go')
    .option('--force', 'believe the clock although it was set, or not seen, for long')
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
Whole days go, oldest first: those that ended longer ago than the age, then as many as it takes to come under the size,
never the newest. Queries that run are not disturbed; files stay on the disk until apitrail vacuum, or the running
companion, deletes them. A running companion does all this by itself. The last line on standard output is a JSON summary.

Examples:
  apitrail retention --lake ./lake --dry-run
  apitrail retention --lake ./lake --age 90d --dry-run`
    )
    .action(async ({ age, size, dryRun = false, force = false, quiet, ...options }: RetentionCommandOptions) => {
      const { applyRetention } = await import('../../lake/maintenance/retention');
      const { openTables } = await import('../../lake/maintenance/open-tables');
      const { retainAnnotations } = await import('../../annotations/retention');
      const { ANNOTATIONS_TABLE } = await import('../../annotations/table');
      const { REQUESTS_TABLE } = await import('../../lake/table-definition');
      const { policyOf } = await import('../../maintenance/retention-policy');
      const began = Date.now();
      const settings = await settingsOf(options);
      const say = (text: string) => quiet || process.stderr.write(`${text}\n`);
      const configured = policyOf(settings.retention);
      const policy = { ageMs: age ?? configured.ageMs, bytes: size ?? configured.bytes };
      if (policy.ageMs === undefined && policy.bytes === undefined) {
        throw new ApitrailError(
          'APITRAIL_USAGE',
          'Everything is kept: neither retention.age nor retention.size is set. Set one in apitrail.yaml, or give --age or --size.',
          { where: 'retention' }
        );
      }
      await withLakeEngine(settings, async (engine) => {
        const tables = await openTables(settings.lake, LAKE_TABLES, { engine });
        if (!dryRun && !force && policy.ageMs !== undefined) {
          await assertClock(settings.lake);
        }
        const requests = tables.find(({ definition }) => definition.name === REQUESTS_TABLE.name);
        const annotations = tables.find(({ definition }) => definition.name === ANNOTATIONS_TABLE.name);
        const summary = requests && (await applyRetention(requests, policy, { dryRun }));
        summary?.days.forEach(({ date, why, rows, bytes }) =>
          say(
            `${date}: ${dryRun ? 'would go' : 'is gone'} (${why}), ${showCount(rows, 'request')} in ${showBytes(bytes)}`
          )
        );
        const retained =
          annotations && policy.ageMs !== undefined
            ? await retainAnnotations(annotations, engine, Date.now() - policy.ageMs, { dryRun })
            : 0;
        if (retained > 0) {
          say(`${showCount(retained, 'annotation')} ${dryRun ? 'would go' : 'gone'}`);
        }
        if (summary?.days.length === 0) {
          say('No day goes.');
        }
        process.stdout.write(
          `${JSON.stringify({
            dry_run: dryRun,
            days: summary?.days ?? [],
            removed_files: summary?.removed.files ?? 0,
            removed_rows: summary?.removed.rows ?? 0,
            removed_bytes: summary?.removed.bytes ?? 0,
            kept_files: summary?.kept.files ?? 0,
            kept_rows: summary?.kept.rows ?? 0,
            kept_bytes: summary?.kept.bytes ?? 0,
            oldest: summary?.oldest ?? null,
            annotations: retained,
            seconds: (Date.now() - began) / 1000,
          })}\n`
        );
      });
    });
}
