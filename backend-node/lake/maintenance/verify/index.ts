import { chmod, rm } from 'node:fs/promises';
import { relative } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { stateDirectory } from '../../layout';
import type { TableDefinition } from '../../table-definition';
import { abandonedWorkDirectories } from '../../work-directory';
import { readWriteLeases } from '../../write-lease';
import { presentTables } from '../open-tables';
import { statIfThere } from '../table-files';
import type { Finding } from './finding';
import { mendTable, type MendOptions } from './mend';
import { verifyTable, type TableSummary, type VerifyTableOptions } from './verify-table';

export type { Finding, Remedy } from './finding';
export type { TableSummary } from './verify-table';

export interface VerifyOptions extends VerifyTableOptions, MendOptions {
  /** Told of each finding when its table was checked. */
  onFinding?: (finding: Finding) => void;
}

/** What was found of a lake. */
export interface VerifySummary {
  /** Whether nothing is wrong that was not mended; warnings aside. */
  sound: boolean;
  errors: number;
  warnings: number;
  /** Findings that were mended in this run. */
  mended: number;
  /** Files taken out of tables because they were damaged, and the rows that went with them. */
  dropped_files: number;
  dropped_rows: number;
  tables: TableSummary[];
  findings: Finding[];
}

/**
 * Checks the tables of a lake, of those that are defined, and the state folder. Changes nothing, unless it is asked to mend. Throws APITRAIL_NOT_FOUND
 * when there is no lake.
 */
export async function verifyLake(
  engine: DuckDb,
  lake: string,
  definitions: readonly TableDefinition[],
  options: VerifyOptions = {}
): Promise<VerifySummary> {
  const tables = presentTables(lake, definitions);
  const summary: VerifySummary = {
    sound: true,
    errors: 0,
    warnings: 0,
    mended: 0,
    dropped_files: 0,
    dropped_rows: 0,
    tables: [],
    findings: [],
  };
  // Before anything is mended, which would clear away what is to be found.
  const state = await verifyStateFolder(lake);
  const leased = new Set<string>();
  for (const definition of tables) {
    const verified = await verifyTable(engine, lake, definition, options);
    verified.leased.forEach((lease) => leased.add(lease));
    if (options.mend || options.dropDamaged) {
      const { droppedFiles, droppedRows } = await mendTable(engine, lake, verified, options);
      summary.dropped_files += droppedFiles;
      summary.dropped_rows += droppedRows;
    }
    add(summary, verified.findings, options);
    summary.tables.push(verified.summary);
  }
  if (options.mend) {
    await mendStateFolder(lake, state, leased);
  }
  add(
    summary,
    state.map(({ finding }) => finding),
    options
  );
  summary.sound = !summary.findings.some(({ severity, mended }) => severity === 'error' && !mended);
  return summary;
}

function add(summary: VerifySummary, findings: readonly Finding[], { onFinding }: VerifyOptions): void {
  for (const finding of findings) {
    summary.findings.push(finding);
    summary.errors += finding.severity === 'error' ? 1 : 0;
    summary.warnings += finding.severity === 'warning' ? 1 : 0;
    summary.mended += finding.mended ? 1 : 0;
    onFinding?.(finding);
  }
}

/** A finding about the state folder, and the id of the lease where it is one. */
interface StateFinding {
  finding: Finding;
  lease: string | undefined;
}

/** What dead processes left, and whether others may look into the state folder. */
async function verifyStateFolder(lake: string): Promise<StateFinding[]> {
  const path = stateDirectory(lake);
  const stats = await statIfThere(path);
  const finding = ({
    lease,
    ...more
  }: Pick<Finding, 'check' | 'where' | 'message' | 'mend'> & { lease?: string | undefined }): StateFinding => ({
    finding: { severity: 'warning', table: '', ...more },
    lease,
  });
  const findings: StateFinding[] = [];
  if (stats && (stats.mode & 0o077) !== 0) {
    const message = 'can be read by others than its owner, though rows lie there before they are protected';
    findings.push(finding({ check: 'mode', where: relative(lake, path), message, mend: 'modes' }));
  }
  for (const left of await abandonedWorkDirectories(lake)) {
    const message = 'is a work folder of a process that ended without removing it';
    findings.push(finding({ check: 'leftover', where: relative(lake, left), message, mend: 'leftovers' }));
  }
  for (const left of (await readWriteLeases(lake)).abandoned) {
    const message = 'is the lease of a writer that was killed';
    findings.push(
      finding({ check: 'leftover', where: relative(lake, left.path), message, mend: 'leftovers', lease: left.id })
    );
  }
  return findings;
}

async function mendStateFolder(lake: string, findings: readonly StateFinding[], leased: ReadonlySet<string>) {
  for (const { finding, lease } of findings) {
    if (finding.mend === 'modes') {
      await chmod(stateDirectory(lake), 0o700);
    } else if (lease !== undefined && leased.has(lease)) {
      // It says of files that are still there that nobody committed them.
      continue;
    } else {
      await rm(`${lake}/${finding.where}`, { recursive: true, force: true });
    }
    finding.mended = true;
  }
}
