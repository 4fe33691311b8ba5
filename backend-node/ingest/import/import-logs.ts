import type { Readable } from 'node:stream';

import { parseDuration } from '@apitrail/contract';

import { openDuckDb } from '../../engine/duckdb';
import { makeDirectory } from '../../lake/durable';
import { Lake } from '../../lake/lake';
import { stateDirectory } from '../../lake/layout';
import { openWorkDirectory } from '../../lake/work-directory';
import { ImportInterrupted, ImportRun } from './import-run';
import { acquireImportLock } from './import-lock';
import { IMPORT_APP_ID, StateFolder } from './import-state';
import { expandInputs } from './inputs';
import { ProgressReporter, type ProgressOutput } from './progress';
import { RejectsFile } from './rejects';
import { checkRejectsPath } from './rejects-path';
import { RowPreparation } from '../rows/row-preparation';
import { isoMicros, type FileSummary, type ImportSummary } from './summary';
import { formatNamed, readMapping } from '../formats';
import { createPseudonymiser, needsPseudonyms, type PrivacyConfig } from '../privacy';
import { DocumentCatalog, type RouteRule, type RouteState } from '../routes';
import { LeftOutStore, openNoise, type NoiseConfig } from '../noise';
import type { SessionsConfig } from '../sessions';

export interface ImportOptions {
  /** Files, folders, patterns; `-` is standard input. */
  inputs: readonly string[];
  /** Folder of the lake; made when it does not exist. */
  lake: string;
  /** `auto`, the name of a format, or `nginx:` or `apache:` and a format string. */
  format?: string;
  service?: string;
  environment?: string;
  /** A mapping file for json, csv, tsv and parquet. */
  map?: string;
  /** Where rejected lines go, as JSON lines. */
  rejects?: string;
  privacy: PrivacyConfig;
  sessions: SessionsConfig;
  routeRules?: readonly RouteRule[];
  /** Which rows are left out. Default: none. */
  noise?: NoiseConfig;
  /** Whether the log’s times are those of the end of requests. Default: the start, unless the format says otherwise. */
  timeIsEnd?: boolean;
  /** Takes every file for a new one. */
  forgetSources?: boolean;
  /** Takes a last line without a line end for whole, also in a file that was written to just now. */
  final?: boolean;
  /** The time, ms since the epoch; the machine’s clock unless given. */
  now?: () => number;
  quiet?: boolean;
  output: ProgressOutput;
  stdin: Readable;
  /** Stops the import; what is committed stays. */
  signal?: AbortSignal;
  /** Threads of the engine that writes the lake. */
  threads?: number;
  /** Rows per commit, 250,000 unless given. */
  rowsPerCommit?: number;
}

/**
 * Imports logs into a lake, exactly once: what is in it already is left out, and an import that was cut off goes on where
 * its last commit ended. Gives the summary; throws an ApitrailError for what concerns the import as a whole.
 */
export async function importLogs(options: ImportOptions): Promise<ImportSummary> {
  const began = Date.now();
  const format = options.format ?? 'auto';
  if (format !== 'auto' && format !== 'parquet') {
    formatNamed(format);
  }
  const mapping = options.map === undefined ? undefined : await readMapping(options.map);
  const inputs = await expandInputs(options.inputs);
  if (options.rejects !== undefined) {
    const read = [...inputs.flatMap(({ path }) => path ?? []), ...(options.map === undefined ? [] : [options.map])];
    await checkRejectsPath(options.rejects, read);
  }
  const { privacy, sessions } = options;
  const pseudonymiser =
    sessions.derive || needsPseudonyms(privacy)
      ? await createPseudonymiser(privacy, { lake: options.lake })
      : undefined;
  const stateFolder = stateDirectory(options.lake);
  await makeDirectory(stateFolder);
  const lock = await acquireImportLock(stateFolder);
  const work = await openWorkDirectory(options.lake);
  const engine = await openDuckDb({
    tempDirectory: work.path,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const progress = new ProgressReporter(options.output, options.quiet);
  let rejects: RejectsFile | undefined;
  try {
    const lake = await Lake.open(options.lake, {
      engine,
      create: true,
      onWarning: (error) => progress.problem(`warning: ${error instanceof Error ? error.message : String(error)}`),
    });
    const states = await StateFolder.open(stateFolder);
    const version = (await lake.transactionVersion(IMPORT_APP_ID)) ?? 0;
    const state = options.forgetSources ? await states.forget(version) : await states.load(version);
    rejects = options.rejects === undefined ? undefined : await RejectsFile.open(options.rejects, state.rejects);
    const { journeys } = state;
    const noise = options.noise && (await openNoise(options.noise, { privacy, lake: options.lake, journeys }));
    const run = new ImportRun({
      ...options,
      lake,
      engine,
      states,
      workFolder: work.path,
      version,
      state,
      format,
      ...(mapping ? { mapping } : {}),
      rejects,
      progress,
      noise,
      leftOut: noise && (await LeftOutStore.open(lake.directory, engine, IMPORT_APP_ID)),
      preparation: new RowPreparation({
        privacy,
        pseudonymiser,
        sessionGapUs: sessions.derive ? parseDuration(sessions.gap) * 1000 : undefined,
        rules: options.routeRules ?? [],
        documents: await new DocumentCatalog(stateFolder).current(),
        sessions: state.sessions,
        routes: state.routes as RouteState | null,
        ...(noise ? { policy: noise } : {}),
      }),
    });
    const interrupted = await finished(run, inputs);
    progress.clear();
    return {
      ...totals(run, interrupted),
      lake_version: (await lake.snapshot()).version,
      seconds: (Date.now() - began) / 1000,
      details: run.summaries(),
    };
  } finally {
    progress.clear();
    await rejects?.close();
    await engine.close();
    await work.close();
    await lock.release();
  }
}

/** Runs the import; true when it was stopped before its end. */
async function finished(run: ImportRun, inputs: Awaited<ReturnType<typeof expandInputs>>): Promise<boolean> {
  try {
    await run.import(inputs);
    return false;
  } catch (error) {
    if (!(error instanceof ImportInterrupted)) {
      await run.commits.settled().catch(() => undefined);
      throw error;
    }
    await run.commits.settled();
    return true;
  }
}

function totals(run: ImportRun, interrupted: boolean): Omit<ImportSummary, 'lake_version' | 'seconds' | 'details'> {
  const files = run.summaries();
  const sum = (count: (file: FileSummary) => number): number => files.reduce((total, file) => total + count(file), 0);
  const { committed } = run.commits;
  return {
    files: sum(({ outcome, rows, rejected }) => (outcome !== 'skipped' && rows + rejected > 0 ? 1 : 0)),
    rows: committed.rows,
    left_out: run.leftOut(),
    rejected: sum(({ rejected }) => rejected),
    skipped_files: sum(({ outcome }) => (outcome === 'skipped' ? 1 : 0)),
    empty_files: sum(({ outcome }) => (outcome === 'empty' ? 1 : 0)),
    failed_files: sum(({ outcome }) => (outcome === 'failed' || outcome === 'partly' ? 1 : 0)),
    blank: sum(({ blank }) => blank),
    held_back: sum(({ held_back }) => held_back),
    first: isoMicros(committed.first),
    last: isoMicros(committed.last),
    unusable_values: run.unusable,
    interrupted,
  };
}

/** Whether an import did what it was asked to. */
export function succeeded(summary: ImportSummary): boolean {
  return summary.failed_files === 0 && !summary.interrupted;
}
