import { Command } from 'commander';

import type { Finding } from '../../lake/maintenance/verify';
import { withStopSignal, withSystemErrors } from '../lake-engine';
import { LAKE_TABLES } from '../lake-tables';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { showBytes, showCount } from '../size-arguments';

interface VerifyCommandOptions extends SettingsOptions {
  quick?: boolean;
  mend?: boolean;
  dropDamaged?: boolean;
  quiet?: boolean;
}

/** Findings in the summary; all are on standard error. */
const MOST_FINDINGS = 1000;

const REMEDIES: Record<Finding['mend'], string> = {
  checkpoint: '--mend writes it anew',
  leftovers: '--mend or apitrail vacuum deletes it',
  orphans: 'apitrail vacuum deletes it',
  modes: '--mend sets the permissions',
  statistics: '--mend notes the right ones',
  drop: 'restore it from a backup, or --drop-damaged takes it out of the table',
  none: '',
};

/** `apitrail verify`: every file against the log. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('check every file of the lake against its log')
    .addOption(lakeOption())
    .addOption(configOption())
    .option('--quick', 'only look whether files are there with their size and rows; read none of them')
    .option('--mend', 'mend what can be mended without losing a row')
    .option('--drop-damaged', 'take files that are missing or damaged out of the table, with the rows in them')
    .option('--quiet', 'say nothing on standard error')
    .addHelpText(
      'after',
      `
Checks of every live file: that it is there, size, checksum, schema, number of rows, statistics, sort order, partition;
of the log: that no entry is missing or torn, that checkpoints say what the entries say; and what else lies around.
Exit code 0: sound, warnings aside. 1: something is wrong. The last line on standard output is a JSON summary.

Examples:
  apitrail verify --lake ./lake
  apitrail verify --lake ./lake --mend
  apitrail verify --lake ./lake --drop-damaged`
    )
    .action(async (options: VerifyCommandOptions) => {
      const { openDuckDb } = await import('../../engine/duckdb');
      const { verifyLake } = await import('../../lake/maintenance/verify');
      const began = Date.now();
      const { lake, limits } = await settingsOf(options);
      const say = (text: string) => options.quiet || process.stderr.write(`${text}\n`);
      const { quick = false, mend = false, dropDamaged = false } = options;
      // It spills nothing, so that nothing has to be written into a lake that is only looked at.
      const engine = await openDuckDb({ threads: limits.threads, memoryLimit: `${limits.memoryBytes}B` });
      try {
        await withStopSignal('Stopping.', async (signal) => {
          let told = began;
          const { findings, ...summary } = await withSystemErrors(lake, () =>
            verifyLake(engine, lake, LAKE_TABLES, {
              quick,
              mend,
              dropDamaged,
              signal,
              onFinding: (finding) => say(findingLine(finding)),
              onProgress: ({ table, checked, files }) => {
                if (Date.now() - told > 5_000) {
                  told = Date.now();
                  say(`${table}: ${checked} of ${showCount(files, 'file')} checked`);
                }
              },
            })
          );
          for (const { table, version, files, rows, bytes, without_checksum: without } of summary.tables) {
            const checksums = without > 0 ? `, ${showCount(without, 'file')} without a checksum` : '';
            say(
              `${table}: version ${version ?? 'unknown'}, ${showCount(files, 'file')}, ${showCount(rows, 'row')}, ${showBytes(bytes)}${checksums}`
            );
          }
          if (summary.dropped_files > 0) {
            say(
              `${showCount(summary.dropped_files, 'damaged file')} taken out of the lake with ${showCount(summary.dropped_rows, 'row')}`
            );
          }
          const unchecked = summary.tables.reduce((sum, { not_checked: files }) => sum + files, 0);
          if (unchecked > 0) {
            say(`${showCount(unchecked, 'file')} could not be checked`);
          }
          say(summary.sound ? 'The lake is sound.' : 'The lake is NOT sound.');
          const shown = {
            ...summary,
            findings: findings.slice(0, MOST_FINDINGS),
            findings_left_out: Math.max(0, findings.length - MOST_FINDINGS),
            seconds: (Date.now() - began) / 1000,
          };
          process.stdout.write(`${JSON.stringify(shown)}\n`);
          process.exitCode = summary.sound ? 0 : 1;
        });
      } finally {
        await engine.close();
      }
    });
}

function findingLine({ severity, where, message, mend, mended, rows }: Finding): string {
  const loses = mend === 'drop' && rows !== undefined ? `, which loses ${showCount(rows, 'row')}` : '';
  const remedy = mended ? 'mended' : `${REMEDIES[mend]}${loses}`;
  return `${severity}: ${where} ${message}${remedy ? ` (${remedy})` : ''}`;
}
