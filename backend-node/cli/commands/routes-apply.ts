import { createInterface } from 'node:readline/promises';

import { ApitrailError } from '@apitrail/contract';
import { Command } from 'commander';

import type { AppliedRoutes, ApplyProgress } from '../../ingest/routes/apply/apply-routes';
import { withLakeEngine, withStopSignal } from '../lake-engine';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { timeArgument } from '../time-argument';
import { assignerFactory } from './routes-assigner';
import { effectLines } from './routes-effect';

interface RoutesApplyOptions extends SettingsOptions {
  service?: string;
  from?: number;
  to?: number;
  dryRun?: boolean;
  preview?: boolean;
  yes?: boolean;
  quiet?: boolean;
}

/** `apitrail routes apply`: stored requests get the routes they would get now. */
export function routesApplyCommand(): Command {
  return new Command('apply')
    .description('give the requests that are stored the routes they would get now, by rewriting files')
    .option('--service <name>', 'requests of one service only')
    .option('--from <time>', 'requests from then on: now-7d, an ISO time or epoch milliseconds', timeArgument)
    .option('--to <time>', 'requests before then', timeArgument)
    .option('--dry-run', 'only say what would change')
    .option('--preview', 'the same as --dry-run')
    .option('--yes', 'do not ask')
    .option('--quiet', 'say only what is wrong on standard error')
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Shows what would change, then asks; without a terminal it needs --yes, which does it at once. The order is that of
import: your rules, the sender’s route, OpenAPI documents, the classifier. Queries and imports go on meanwhile; each day
is one commit, and what was stopped or killed goes on with the next run. The old files stay on the disk until apitrail
vacuum deletes them. The last line on standard output is a JSON summary.

Examples:
  apitrail routes apply --dry-run
  apitrail routes apply --service shop --from now-30d --yes`
    )
    .action(async (options: RoutesApplyOptions) => {
      process.exitCode = await runApply(options);
    });
}

async function runApply(options: RoutesApplyOptions): Promise<number> {
  const { service, from, to, yes = false, quiet = false } = options;
  const look = options.dryRun === true || options.preview === true;
  if (!look && !yes && !(process.stdin.isTTY && process.stderr.isTTY)) {
    const message = 'Applying routes rewrites files. Say --yes to do it, or --dry-run to see what would change.';
    throw new ApitrailError('APITRAIL_USAGE', message, { where: '--yes' });
  }
  const began = Date.now();
  const settings = await settingsOf(options);
  const { Lake } = await import('../../lake/lake');
  const { withWorkDirectory } = await import('../../lake/work-directory');
  const { RouteApplication } = await import('../../ingest/routes/apply/apply-routes');
  const { ProgressReporter } = await import('../../ingest/import/progress');
  const progress = new ProgressReporter(process.stderr, quiet);
  return withStopSignal('Stopping. The days that are done stay done; the same command goes on from there.', (signal) =>
    withLakeEngine(settings, (engine) =>
      withWorkDirectory(settings.lake, async (workFolder) => {
        const lake = await Lake.open(settings.lake, {
          engine,
          onWarning: (error) => progress.problem(`warning: ${error instanceof Error ? error.message : String(error)}`),
        });
        const application = new RouteApplication({
          table: lake.requests,
          engine,
          workFolder,
          assigner: await assignerFactory(settings, lake),
          scope: {
            ...(service === undefined ? {} : { service }),
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          },
          signal,
          onProgress: (at) => progress.show((seconds) => progressLine(at, seconds)),
        });
        const finish = (result: AppliedRoutes, applied: boolean): number => {
          progress.clear();
          const { interrupted, ...effect } = result;
          const seconds = (Date.now() - began) / 1000;
          process.stdout.write(`${JSON.stringify({ applied, interrupted, ...effect, seconds })}\n`);
          return interrupted ? 1 : 0;
        };
        const tell = (result: AppliedRoutes, done: boolean): void => {
          progress.clear();
          effectLines(result, done).forEach((line) => progress.note(line));
        };
        if (look || !yes) {
          const preview = await application.preview();
          tell(preview, false);
          if (look || preview.interrupted || preview.changed_rows === 0 || !(await confirmed(signal))) {
            return finish(preview, false);
          }
        }
        const result = await application.apply();
        tell(result, true);
        return finish(result, true);
      })
    )
  );
}

async function confirmed(signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Rewrite them? [y/N] ', { signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) {
      return false;
    }
    throw error;
  } finally {
    terminal.close();
  }
}

function progressLine({ doing, date, done, days, changedRows }: ApplyProgress, seconds: number): string {
  const rows = changedRows === 0 ? '' : `  ${changedRows.toLocaleString('en-US')} rows`;
  return `${doing}  ${date}  ${done} of ${days} days${rows}  ${Math.round(seconds)} s`;
}
