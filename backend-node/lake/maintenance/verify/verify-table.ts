import { basename, join, relative } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { literal, sql } from '../../../engine/sql';
import { abandonedLogFiles } from '../../cleanup';
import { DeltaLog } from '../../log';
import { importStateDirectory, logDirectory, tableDirectory } from '../../layout';
import { escapeGlob } from '../../sql-literals';
import type { FileStats } from '../../stats';
import type { TableDefinition } from '../../table-definition';
import type { DataFile } from '../../table-state';
import { leaseOfName, readWriteLeases } from '../../write-lease';
import { importStateVersions, missingImports } from '../import-progress';
import { listTableFiles, sortFiles, statIfThere, type SortedFiles } from '../table-files';
import { FileChecker, type FileCheckOptions } from './data-file';
import type { Finding } from './finding';
import { reportDoubles } from './doubles';
import { readHistory, type History } from './log-history';
import { notChecked } from './unreadable';

export interface VerifyTableOptions extends FileCheckOptions {
  onProgress?: (progress: { table: string; checked: number; files: number }) => void;
}

/** What a table holds, and how much of it was checked. */
export interface TableSummary {
  table: string;
  /** Newest version that can be read; null when none can. */
  version: number | null;
  files: number;
  rows: number;
  bytes: number;
  /** Files whose content was held against the checksum of their commit, and those that were committed without one. */
  checksums_compared: number;
  without_checksum: number;
  /** Files that could not be checked to their end, for want of memory or of the right to read them. */
  not_checked: number;
  /** Files that newer ones took the place of, and files that may be on their way into a commit. */
  removed_files: number;
  uncommitted_files: number;
}

/** A table after it was looked at. */
export interface VerifiedTable {
  definition: TableDefinition;
  summary: TableSummary;
  findings: Finding[];
  history: History;
  /** Live files that are not whole, and the rows that dropping each would lose. */
  damaged: DataFile[];
  /** Leases of writers whose files are in no version. */
  leased: Set<string>;
  /** Whole files whose statistics in the log are wrong, with the right ones. */
  misstated: Array<{ file: DataFile; stats: FileStats }>;
}

/** Checks a table: its log, every live file against it, and what else lies in its folder. Changes nothing. */
export async function verifyTable(
  engine: DuckDb,
  lake: string,
  definition: TableDefinition,
  options: VerifyTableOptions = {}
): Promise<VerifiedTable> {
  const { name } = definition;
  const path = tableDirectory(lake, name);
  const findings: Finding[] = [];
  const states = await importStateVersions(lake);
  // The folder first: what is committed after it was listed is not in the list.
  const found = await listTableFiles(path).catch((error: NodeJS.ErrnoException) => {
    const where = relative(lake, error.path ?? path);
    findings.push({
      severity: 'error',
      check: 'unchecked',
      table: name,
      where,
      message: notChecked(error),
      mend: 'none',
    });
    return [];
  });
  const leases = await readWriteLeases(lake);
  const history = await readHistory(path, name, engine, (finding) => findings.push({ ...finding, table: name }));
  for (const left of await abandonedLogFiles(logDirectory(path))) {
    const where = join(name, '_delta_log', left);
    const message = 'is what a writer that was killed left of a commit';
    findings.push({ severity: 'warning', check: 'leftover', table: name, where, message, mend: 'leftovers' });
  }
  const { state } = history;
  const verified: VerifiedTable = {
    definition,
    summary: {
      table: name,
      version: state?.version ?? null,
      files: state?.files.size ?? 0,
      rows: 0,
      bytes: 0,
      checksums_compared: 0,
      without_checksum: 0,
      not_checked: 0,
      removed_files: 0,
      uncommitted_files: 0,
    },
    findings,
    history,
    damaged: [],
    leased: new Set(),
    misstated: [],
  };
  if (!state) {
    return verified;
  }
  await checkFiles(engine, lake, path, verified, options);
  if (state.version === history.newest) {
    const missing = missingImports(name, state, states);
    if (missing) {
      history.incomplete = true;
      findings.push({
        severity: 'error',
        check: 'log',
        table: name,
        where: relative(lake, join(importStateDirectory(lake), missing.where)),
        message: `${missing.message}. Restore the newest log from a backup`,
        mend: 'none',
      });
    }
    const sorted = sortFiles(path, found, state, leases, Date.now());
    verified.summary.removed_files = sorted.removed.length;
    verified.summary.uncommitted_files = sorted.young.length;
    await reportOrphans(engine, lake, sorted, verified);
    for (const file of sorted.foreign) {
      const message = 'is not a data file; whoever put it there should know';
      const where = relative(lake, file.path);
      findings.push({ severity: 'warning', check: 'leftover', table: name, where, message, mend: 'none' });
    }
  }
  return verified;
}

/** Says of files that no version knows what they hold. None of them is for verify to delete. */
async function reportOrphans(
  engine: DuckDb,
  lake: string,
  { orphans, unexplained, young }: SortedFiles,
  { definition: { name: table }, findings, history, leased }: VerifiedTable
): Promise<void> {
  for (const { path } of [...orphans, ...young]) {
    leased.add(leaseOfName(basename(path)) ?? '');
  }
  const warn = { severity: 'warning', check: 'orphan', table } as const;
  for (const { path } of orphans) {
    const message = `is in no version of the table: a writer was killed before it committed. It ${(await holds(engine, path)).text}`;
    findings.push({ ...warn, where: relative(lake, path), message, mend: 'orphans' });
  }
  for (const { path, proven } of unexplained) {
    const { rows, text } = await holds(engine, path);
    // Another vacuum may have deleted it since the folder was listed, or its writer itself.
    if (!(await statIfThere(path))) {
      continue;
    }
    const lost = proven && rows > 0;
    const message = lost
      ? `is in no version of the table, though its writer was not killed: the log has lost its commit. It ${text}. Restore the newest log from a backup; only if the rows are not wanted, apitrail vacuum --orphans`
      : `is in no version of the table, and it cannot be told whether it was: the log may have lost a commit. It ${text}. apitrail vacuum --orphans deletes it`;
    history.incomplete ||= lost;
    const severity = lost ? 'error' : 'warning';
    findings.push({ ...warn, severity, where: relative(lake, path), message, mend: 'none', ...(lost ? { rows } : {}) });
  }
}

/** What a data file holds, by its footer. */
async function holds(engine: DuckDb, path: string): Promise<{ rows: number; text: string }> {
  try {
    const { values } = await engine.run(
      sql`SELECT count(*) FROM read_parquet(${literal(escapeGlob(path))}, hive_partitioning = false)`
    );
    const rows = values[0]?.[0] as number;
    return { rows, text: `holds ${rows} ${rows === 1 ? 'row' : 'rows'}` };
  } catch (error) {
    return { rows: 0, text: `cannot be read: ${(error as Error).message}` };
  }
}

async function checkFiles(
  engine: DuckDb,
  lake: string,
  path: string,
  { definition, summary, findings, history: { state }, damaged, misstated }: VerifiedTable,
  options: VerifyTableOptions
): Promise<void> {
  if (!state) {
    return;
  }
  const checker = new FileChecker(lake, path, definition, state, engine, options);
  const suspects = new Map<DataFile, Finding[]>();
  await reportDoubles(lake, path, state, options, (finding) => findings.push({ ...finding, table: definition.name }));
  let checked = 0;
  for (const file of state.files.values()) {
    options.signal?.throwIfAborted();
    const own: Finding[] = [];
    const result = await checker.check(file, (finding) => own.push({ ...finding, table: definition.name }));
    summary.rows += file.rows ?? result.rows ?? 0;
    summary.not_checked += result.unchecked ? 1 : 0;
    summary.bytes += file.add.size;
    summary.checksums_compared += result.checksummed ? 1 : 0;
    summary.without_checksum += file.add.tags?.['apitrail.sha256'] ? 0 : 1;
    if (result.statistics) {
      misstated.push({ file, stats: result.statistics });
    }
    if (!result.whole) {
      suspects.set(file, own);
    } else {
      findings.push(...own);
    }
    options.onProgress?.({ table: definition.name, checked: ++checked, files: state.files.size });
  }
  if (suspects.size === 0) {
    return;
  }
  // A file that was compacted and vacuumed meanwhile is not missing.
  const now = await new DeltaLog(path, engine).read().catch(() => undefined);
  for (const [file, own] of suspects) {
    if (!now || now.version < state.version || now.files.has(file.add.path)) {
      findings.push(...own);
      if (own.some(({ mend }) => mend === 'drop')) {
        damaged.push(file);
      }
    }
  }
}
