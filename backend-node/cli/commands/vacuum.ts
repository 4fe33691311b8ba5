import { Command } from 'commander';

import type { VacuumSummary } from '../../lake/maintenance/vacuum';
import { assertClock } from '../believed-clock';
import { withLakeEngine, withStopSignal } from '../lake-engine';
import { LAKE_TABLES } from '../lake-tables';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { durationArgument, showBytes, showCount } from '../size-arguments';

interface VacuumCommandOptions extends SettingsOptions {
  retention?: number;
  force?: boolean;
  orphans?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
}

/** `apitrail vacuum`: deletes what no version within retention needs. */
export function vacuumCommand(): Command {
  return new Command('vacuum')
    .description('delete files of the lake that nothing needs any more')
    .addOption(lakeOption())
    .addOption(configOption())
    .option(
      '--retention <time>',
      'keep files that were replaced or removed less than this ago, such as 36h (default: what the table says, 7d)',
      durationArgument
    )
    .option(
      '--force',
      'take a retention under a day, which may take files from queries that run, and believe the clock although it was set'
    )
    .option(
      '--orphans',
      'delete also data files that no version knows and no killed writer left: they may hold rows the log has lost'
    )
    .option('--dry-run', 'only say what would be deleted')
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
Deletes files that compaction, re-templating or erasure has replaced, files of writers that were killed before they
committed (after a day, and never those of a writer that lives), and log entries past their retention. Data files that
no version knows though no writer was killed are left and counted: the log may have lost their commit. Run apitrail
verify, which says what they hold, before --orphans. The last line on standard output is a JSON summary.

Examples:
  apitrail vacuum --lake ./lake --dry-run
  apitrail vacuum --lake ./lake --retention 36h`
    )
    .action(async (options: VacuumCommandOptions) => {
      const { openTables } = await import('../../lake/maintenance/open-tables');
      const { vacuumTable } = await import('../../lake/maintenance/vacuum');
      const began = Date.now();
      const settings = await settingsOf(options);
      const say = (text: string) => options.quiet || process.stderr.write(`${text}\n`);
      const { retention, force = false, orphans = false, dryRun = false } = options;
      await withStopSignal('Stopping. What is deleted is deleted; the next run goes on.', (signal) =>
        withLakeEngine(settings, async (engine) => {
          if (!dryRun && !force) {
            await assertClock(settings.lake);
          }
          const tables: VacuumSummary[] = [];
          for (const table of await openTables(settings.lake, LAKE_TABLES, { engine })) {
            const summary = await vacuumTable(table, {
              ...(retention === undefined ? {} : { retentionMs: retention }),
              force,
              orphans,
              dryRun,
              signal,
              onProgress: ({ deleted, files }) =>
                say(`${table.definition.name}: ${deleted} of ${showCount(files, 'file')} deleted`),
            });
            tables.push(summary);
            say(resultLine(summary, dryRun));
            if (summary.unexplained.files > 0) {
              say(
                `${summary.table}: left ${showCount(summary.unexplained.files, 'file')} (${showBytes(summary.unexplained.bytes)}) that no version knows: the log may have lost commits. apitrail verify says what they hold; --orphans deletes them`
              );
            }
            if (summary.interrupted) {
              break;
            }
          }
          const sum = (of: (table: VacuumSummary) => number) => tables.reduce((all, one) => all + of(one), 0);
          const interrupted = tables.some((table) => table.interrupted);
          const summary = {
            dry_run: dryRun,
            deleted_files: sum(({ expired, orphans }) => expired.files + orphans.files),
            deleted_bytes: sum(({ expired, orphans }) => expired.bytes + orphans.bytes),
            kept_files: sum(({ kept }) => kept.files),
            kept_bytes: sum(({ kept }) => kept.bytes),
            unexplained_files: sum(({ unexplained }) => unexplained.files),
            unexplained_bytes: sum(({ unexplained }) => unexplained.bytes),
            log_files: sum(({ log_files: files }) => files),
            interrupted,
            tables,
            seconds: (Date.now() - began) / 1000,
          };
          process.stdout.write(`${JSON.stringify(summary)}\n`);
          process.exitCode = interrupted ? 1 : 0;
        })
      );
    });
}

function resultLine({ table, expired, orphans, kept }: VacuumSummary, dryRun: boolean): string {
  const what = (verb: string) =>
    `${table}: ${verb} ${showCount(expired.files, 'replaced file')} (${showBytes(expired.bytes)}) and ${showCount(orphans.files, 'orphan')} (${showBytes(orphans.bytes)})`;
  return `${what(dryRun ? 'would delete' : 'deleted')}; ${showCount(kept.files, 'file')} (${showBytes(kept.bytes)}) too young`;
}
