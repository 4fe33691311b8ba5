import { Command } from 'commander';

import type { CompactProgress, CompactSummary } from '../../lake/maintenance/compact';
import { withLakeEngine, withStopSignal } from '../lake-engine';
import { LAKE_TABLES } from '../lake-tables';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { durationArgument, showBytes, showCount, sizeArgument } from '../size-arguments';

interface CompactCommandOptions extends SettingsOptions {
  targetSize: number;
  olderThan?: number;
  dryRun?: boolean;
  quiet?: boolean;
}

/** `apitrail compact`: small files of the lake into large ones. */
export function compactCommand(): Command {
  return new Command('compact')
    .description('put small files of the lake together, so that queries open fewer')
    .addOption(lakeOption())
    .addOption(configOption())
    .option('--target-size <size>', 'size that files are put together up to', sizeArgument, 512 * 2 ** 20)
    .option('--older-than <time>', 'leave alone the days that ended less than this ago, such as 1d', durationArgument)
    .option('--dry-run', 'only say what would be done')
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
Rows stay as they are, and queries go on meanwhile. The old files stay on the disk until apitrail vacuum deletes them.
Each day is one commit: what was stopped goes on with the next run. The last line on standard output is a JSON summary.

Examples:
  apitrail compact --lake ./lake --dry-run
  apitrail compact --lake ./lake --older-than 1d --target-size 256MiB`
    )
    .action(async (options: CompactCommandOptions) => {
      const { openTables } = await import('../../lake/maintenance/open-tables');
      const { compactTable } = await import('../../lake/maintenance/compact');
      const began = Date.now();
      const settings = await settingsOf(options);
      const say = (text: string) => options.quiet || process.stderr.write(`${text}\n`);
      const { targetSize, olderThan, dryRun = false } = options;
      await withStopSignal('Stopping. The days that are done stay done.', (signal) =>
        withLakeEngine(settings, async (engine) => {
          const tables: CompactSummary[] = [];
          for (const table of await openTables(settings.lake, LAKE_TABLES, {
            engine,
            onWarning: (error) => say(warning(error)),
          })) {
            const summary = await compactTable(table, {
              targetBytes: targetSize,
              ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
              dryRun,
              signal,
              onProgress: (progress) => {
                if (dryRun || progress.result || progress.files > 1) {
                  say(progressLine(progress, dryRun));
                }
              },
            });
            tables.push(summary);
            summary.conflicts.forEach((partition) =>
              say(`${partition}: other processes keep rewriting it; it was left as it is`)
            );
            if (summary.interrupted) {
              break;
            }
          }
          const sum = (of: (table: CompactSummary) => number) => tables.reduce((all, one) => all + of(one), 0);
          const interrupted = tables.some((table) => table.interrupted);
          const summary = {
            dry_run: dryRun,
            removed_files: sum(({ removed }) => removed.files),
            added_files: sum(({ added }) => added.files),
            rows: sum(({ removed }) => removed.rows),
            bytes_before: sum(({ removed }) => removed.bytes),
            ...(dryRun ? {} : { bytes_after: sum(({ added }) => added.bytes) }),
            interrupted,
            tables,
            seconds: (Date.now() - began) / 1000,
          };
          process.stdout.write(`${JSON.stringify(summary)}\n`);
          process.exitCode = interrupted || tables.some(({ conflicts }) => conflicts.length > 0) ? 1 : 0;
        })
      );
    });
}

function progressLine({ table, partition, done, files, result }: CompactProgress, dryRun: boolean): string {
  const name = partition ? `${table} ${partition}` : table;
  if (result) {
    const { removed, added } = result;
    return `${name}: ${showCount(removed.files, 'file')} of ${showBytes(removed.bytes)} are now ${showCount(added.files, 'file')} of ${showBytes(added.bytes)}`;
  }
  return dryRun
    ? `${name}: would become ${showCount(files, 'file')}`
    : `${name}: ${done} of ${showCount(files, 'file')} written`;
}

const warning = (error: unknown): string => `warning: ${error instanceof Error ? error.message : String(error)}`;
