import { ApitrailError } from '@apitrail/contract';
import { Command, Option } from 'commander';

import { FORMAT_NAMES } from '../../ingest/formats/registry';
import type { ReplaySummary, ReplayTarget } from '../../ingest/rejects/replay-letters';
import type { NamedLetter } from '../../ingest/rejects/letters';
import { keyFileOption, readKey } from '../read-key';
import { showCount } from '../size-arguments';
import { stopSignal } from '../stop-signal';
import { onDamage, openRejects, withFilters, type RejectsOptions } from './rejects';

interface ReplayCommandOptions extends RejectsOptions {
  to?: string;
  keyFile?: string;
  format?: string;
  map?: string;
}

const FORMATS = FORMAT_NAMES.filter((name) => name !== 'parquet');

/** `apitrail rejects replay`: tries again, after a fix. */
export function replayRejects(): Command {
  return withFilters(new Command('replay'))
    .description('try again what could not be understood; what goes in is taken away, the rest stays')
    .addOption(
      new Option('--to <url>', 'ingest listener of the companion that serves the lake; without one, none may run')
    )
    .addOption(keyFileOption())
    .option(
      '--format <format>',
      `read lines as another format: ${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}`
    )
    .option('--map <file>', 'read lines with a mapping of fields to columns (YAML or JSON)')
    .addHelpText(
      'after',
      `
Each item goes in once, however often this is run. The last line on standard output is a JSON summary; exit code 1 says
that something stays.

Examples:
  apitrail rejects replay --lake ./lake --to http://127.0.0.1:8586
  apitrail rejects replay --lake ./lake --decoder lines --format nginx:'$remote_addr [$time_local] "$request" $status'`
    )
    .action(async (options: ReplayCommandOptions) => {
      const summary = await runReplay(options);
      process.stdout.write(`${JSON.stringify(summary)}\n`);
      if (summary.still_rejected > 0 || summary.cut > 0 || summary.interrupted) {
        process.exitCode = 1;
      }
    });
}

const NOTHING: ReplaySummary = {
  ...{ tried: 0, replayed: 0, rows: 0, known: 0, still_rejected: 0, cut: 0, unreadable: 0 },
  ...{ reasons: [], interrupted: false },
};

async function runReplay(options: ReplayCommandOptions): Promise<ReplaySummary> {
  const { lockRejects } = await import('../../ingest/rejects');
  const { replayLetters } = await import('../../ingest/rejects/replay-letters');
  const readAs = await readAsOf(options);
  const stop = stopSignal('Stopping. What went in stays in. Press Ctrl-C again to stop at once; that is safe, too.');
  try {
    const { lake, key, filter, settings } = await openRejects(options);
    if (!key) {
      process.stderr.write('Nothing was rejected.\n');
      return NOTHING;
    }
    // Opened first: what an earlier process had not finished is put in order before letters are read.
    const { target, close } = await openTarget(options, settings, stop.signal);
    try {
      const lock = await lockRejects(lake);
      try {
        const { ProgressReporter } = await import('../../ingest/import/progress');
        const progress = new ProgressReporter(process.stderr);
        const summary = await replayLetters({
          ...{ lake, key, filter, target, signal: stop.signal },
          ...(readAs ? { readAs } : {}),
          onProblem: (error) => {
            progress.clear();
            onDamage(error);
          },
          onProgress: ({ tried, replayed }) => progress.show(() => `${tried} tried  ${replayed} went in`),
        });
        progress.clear();
        tell(summary);
        return summary;
      } finally {
        await lock.release();
      }
    } finally {
      await close();
    }
  } finally {
    stop.release();
  }
}

async function openTarget(
  { to, keyFile }: ReplayCommandOptions,
  settings: Awaited<ReturnType<typeof openRejects>>['settings'],
  signal: AbortSignal
): Promise<{ target: ReplayTarget; close: () => Promise<void> }> {
  const { companionTarget, localTarget } = await import('../../ingest/rejects/replay-targets');
  const note = (text: string) => process.stderr.write(`${text}\n`);
  if (to !== undefined) {
    const { CompanionClient, companionAddress } = await import('../../ingest/send/companion-client');
    const client = new CompanionClient({ url: companionAddress(to, '--to'), key: await readKey(keyFile), note });
    return { target: companionTarget(client, signal), close: () => Promise.resolve() };
  }
  const { openLocalIntake } = await import('../../ingest/send/local-intake');
  const intake = await openLocalIntake(settings, note);
  return { target: localTarget(intake, signal), close: () => intake.close() };
}

/** Lines read as another format, with another mapping. */
async function readAsOf({ format, map }: ReplayCommandOptions) {
  if (format === undefined && map === undefined) {
    return undefined;
  }
  const { formatNamed, readMapping } = await import('../../ingest/formats');
  if (format === 'parquet') {
    throw new ApitrailError('APITRAIL_BAD_FORMAT', 'Rejected items are text, not Parquet.', { where: '--format' });
  }
  if (format !== undefined && format !== 'auto') {
    formatNamed(format);
  }
  const mapping = map === undefined ? undefined : JSON.stringify(await readMapping(map));
  return ({ params, decoder }: NamedLetter): Pick<NamedLetter, 'decoder' | 'params'> => {
    const { service, environment, source, timeIsEnd } = params;
    const kept = Object.entries({ service, environment, source, timeIsEnd }).filter(([, value]) => value !== undefined);
    return {
      decoder: 'lines',
      params: {
        ...Object.fromEntries(kept),
        format: format ?? (decoder === 'lines' ? params.format : undefined) ?? 'json',
        ...(mapping === undefined ? {} : { map: mapping }),
      },
    };
  };
}

function tell({ replayed, still_rejected, cut, reasons }: ReplaySummary): void {
  process.stderr.write(`${showCount(replayed, 'item')} went in, ${still_rejected} cannot be read still.\n`);
  reasons.forEach(({ reason, letters }) => process.stderr.write(`  ${letters} × ${reason}\n`));
  if (cut > 0) {
    process.stderr.write(`${showCount(cut, 'item')} cannot be tried: only the beginning was kept.\n`);
  }
}
