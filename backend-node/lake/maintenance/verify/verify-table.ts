import { relative } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { DeltaLog } from '../../log';
import { tableDirectory } from '../../layout';
import type { FileStats } from '../../stats';
import type { TableDefinition } from '../../table-definition';
import type { DataFile } from '../../table-state';
import { readWriteLeases } from '../../write-lease';
import { listTableFiles, sortFiles } from '../table-files';
import { FileChecker, type FileCheckOptions } from './data-file';
import type { Finding } from './finding';
import { readHistory, type History } from './log-history';

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
  // The folder first: what is committed after it was listed is not in the list.
  const found = await listTableFiles(path);
  const leases = await readWriteLeases(lake);
  const history = await readHistory(path, name, engine, (finding) => findings.push({ ...finding, table: name }));
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
      removed_files: 0,
      uncommitted_files: 0,
    },
    findings,
    history,
    damaged: [],
    misstated: [],
  };
  if (!state) {
    return verified;
  }
  await checkFiles(engine, lake, path, verified, options);
  if (state.version === history.newest) {
    const sorted = sortFiles(path, found, state, leases, Date.now());
    verified.summary.removed_files = sorted.removed.length;
    verified.summary.uncommitted_files = sorted.young.length;
    for (const orphan of sorted.orphans) {
      const message = `is in no version of the table (${orphan.bytes} bytes): a writer was killed before it committed, or the log lost an entry`;
      const where = relative(lake, orphan.path);
      findings.push({ severity: 'warning', check: 'orphan', table: name, where, message, mend: 'vacuum' });
    }
    for (const file of sorted.foreign) {
      const message = 'is not a data file; whoever put it there should know';
      const where = relative(lake, file.path);
      findings.push({ severity: 'warning', check: 'leftover', table: name, where, message, mend: 'none' });
    }
  }
  return verified;
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
  let checked = 0;
  for (const file of state.files.values()) {
    options.signal?.throwIfAborted();
    const own: Finding[] = [];
    const result = await checker.check(file, (finding) => own.push({ ...finding, table: definition.name }));
    summary.rows += file.rows ?? 0;
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
