import { text } from 'node:stream/consumers';

import { ApitrailError, type QueryResponse } from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import type { Settings } from '../../config/settings';
import { EXIT } from '../exit';
import { writeOut } from '../write-out';
import { printFrames } from '../print-frames';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { parseTime } from '../time-argument';

interface QueryOptions extends SettingsOptions {
  from: number;
  to: number;
  json?: boolean;
  csv?: string;
  parquet?: string;
}

/** `apitrail query`: asks the lake directly, without a companion that serves. */
export function queryCommand(): Command {
  const now = Date.now();
  const time = (given: string) => {
    const ms = parseTime(given, now);
    if (!Number.isFinite(ms)) {
      throw new InvalidArgumentError('Use now, now-1d, an ISO time or epoch milliseconds.');
    }
    return ms;
  };
  return new Command('query')
    .description('ask the lake and print the answer')
    .argument('<query>', 'a query as JSON, a list of them, or - for standard input')
    .option('--from <time>', 'start of the range: now-1d, an ISO time or epoch milliseconds', time, time('now-1d'))
    .option('--to <time>', 'end of the range, not part of it', time, now)
    .option('--json', 'print the frames as JSON, as the companion answers them')
    .option('--csv <file>', 'write the table that one query answers with as CSV; - is standard output')
    .option('--parquet <file>', 'the same as Parquet')
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  apitrail query '{"queryType":"endpoints","metrics":["requests","p95","error_rate"],"limit":10}' --from now-7d
  apitrail query '{"queryType":"traffic","groupBy":["status_class"],"interval":"1h"}' --from 2026-11-01 --to 2026-11-02
  apitrail query '{"queryType":"values","key":"service"}' --json
  apitrail query '{"queryType":"customers","view":"outreach"}' --from now-7d --csv outreach.csv`
    )
    .action(async (argument: string, options: QueryOptions) => {
      const queries = parseQueries(argument === '-' ? await text(process.stdin) : argument);
      const settings = await settingsOf(options);
      const files = exportsOf(options, queries);
      const response = await ask(settings, queries, options, files);
      if (files.length > 0) {
        return;
      }
      if (options.json) {
        process.stdout.write(`${JSON.stringify(response)}\n`);
      } else {
        print(response);
      }
      if (Object.values(response.results).some(({ error }) => error !== undefined)) {
        process.exitCode = EXIT.failed;
      }
    });
}

/** Files that the answer is written to, with their formats. */
type ExportFile = readonly [format: 'csv' | 'parquet', file: string];

function exportsOf({ csv, parquet, json }: QueryOptions, queries: readonly unknown[]): ExportFile[] {
  const files: ExportFile[] = [
    ...(csv === undefined ? [] : [['csv', csv] as const]),
    ...(parquet === undefined ? [] : [['parquet', parquet] as const]),
  ];
  if (files.length > 0 && (queries.length > 1 || json)) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      json ? 'Leave out --json where --csv or --parquet is given.' : '--csv and --parquet take one query, not a list.',
      { where: `--${files[0]![0]}` }
    );
  }
  return files;
}

async function ask(
  settings: Settings,
  queries: unknown[],
  { from, to }: QueryOptions,
  files: readonly ExportFile[]
): Promise<QueryResponse> {
  const { CohortStore } = await import('../../cohorts/cohort-store');
  const { AnnotationReader } = await import('../../annotations/annotation-reader');
  const { LeftOutReader } = await import('../../ingest/noise/left-out-reader');
  const { openDuckDb } = await import('../../engine/duckdb');
  const { runQueries } = await import('../../queries/run');
  const { AwaitedLake, openDatasets } = await import('../../server/datasets');
  const { PseudonymSource } = await import('../../server/pseudonyms');
  const { openSpillDirectory } = await import('../../server/spill-directory');
  const { Admission } = await import('../../server/admission');
  const { openSandbox } = await import('../../server/user-sql');
  const { limits } = settings;
  const spill = await openSpillDirectory(settings.lake, () => undefined);
  const engine = await openDuckDb({
    threads: limits.threads,
    memoryLimit: `${limits.memoryBytes}B`,
    tempDirectory: spill.path,
  });
  const sandbox = openSandbox(settings, spill.path);
  const sqlTurns = new Admission({ concurrency: settings.sql.slots, queueLength: queries.length });
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.once('SIGINT', onSignal);
  try {
    const datasets = openDatasets(settings, engine);
    const lake = datasets.get('requests');
    if (lake instanceof AwaitedLake && !(await lake.exists()) && queries.some(asksLake)) {
      throw new ApitrailError(
        'APITRAIL_NOT_FOUND',
        `There is no lake in ${settings.lake}. Import something first, or name another folder with --lake.`,
        {
          where: settings.lake,
        }
      );
    }
    const pseudonyms = await new PseudonymSource(settings.privacy).current();
    const annotations = new AnnotationReader(settings.lake, engine);
    const leftOut = new LeftOutReader(settings.lake, engine);
    const response = await runQueries(
      { from, to, queries },
      {
        ...{ datasets, engine, signal: interrupted.signal, pseudonyms },
        postedAnnotations: () => annotations.present(),
        leftOut: (range, filters) => leftOut.totals(range, filters),
        leftOutTable: () => leftOut.sqlTable(),
        cohorts: new CohortStore(settings.lake, settings.cohorts.saved),
        admit: (query, type) => (type === 'sql' ? sqlTurns.run('', interrupted.signal, query) : query()),
        userSql: (query, signal) => sandbox.run(query, signal),
      }
    );
    for (const [format, file] of files) {
      const { exportTable, tableOf } = await import('../../export/table-export');
      const table = tableOf(Object.values(response.results)[0]!);
      await writeOut(await exportTable(table, format, { engine, folder: spill.path }), file);
    }
    return response;
  } finally {
    process.removeListener('SIGINT', onSignal);
    await sandbox.close();
    await engine.close();
    await spill.close();
  }
}

function asksLake(query: unknown): boolean {
  return ((query as { dataset?: unknown } | null)?.dataset ?? 'requests') === 'requests';
}

/** Queries of the command line; those without a refId are named A, B, C … */
function parseQueries(json: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new ApitrailError('APITRAIL_USAGE', `The query is not valid JSON: ${(error as Error).message}.`, {
      where: '<query>',
      cause: error,
    });
  }
  const queries: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return queries.map((query, index) =>
    typeof query === 'object' && query !== null && !('refId' in query)
      ? { ...query, refId: index < 26 ? String.fromCharCode(65 + index) : `Q${index + 1}` }
      : query
  );
}

function print({ results }: QueryResponse): void {
  const entries = Object.entries(results);
  for (const [refId, { error, frames = [] }] of entries) {
    if (entries.length > 1) {
      process.stdout.write(`${refId === entries[0]![0] ? '' : '\n'}${refId}:\n`);
    }
    if (error !== undefined) {
      process.stderr.write(`apitrail: ${error}\n`);
      continue;
    }
    printFrames(frames, (line) => process.stdout.write(line));
    const notices = new Set(frames.flatMap(({ schema }) => schema.meta?.notices ?? []).map((notice) => notice.text));
    notices.forEach((notice) => process.stderr.write(`note: ${notice}\n`));
  }
}
