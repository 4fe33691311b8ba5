import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../../engine/duckdb';
import { pointToCheckpoint, writeCheckpoint } from '../../checkpoint';
import { DeltaTable } from '../../delta-table';
import { removeIfThere, syncFile } from '../../durable';
import { logDirectory, tableDirectory } from '../../layout';
import { withWorkDirectory } from '../../work-directory';
import type { Finding, Remedy } from './finding';
import type { VerifiedTable } from './verify-table';

export interface MendOptions {
  /** Takes damaged files out of the table, with the rows the log says they hold. */
  dropDamaged?: boolean;
  /** Mends everything that loses nothing. */
  mend?: boolean;
}

/**
 * Mends what was found wrong with a table, as far as it was asked for, and marks the findings. Gives the rows that were
 * dropped with damaged files. Nothing is touched beyond the log's checkpoints and permissions when the log is broken or
 * incomplete, and no data file is ever deleted.
 */
export async function mendTable(
  engine: DuckDb,
  lake: string,
  verified: VerifiedTable,
  { mend = false, dropDamaged = false }: MendOptions
): Promise<{ droppedFiles: number; droppedRows: number }> {
  const { definition, findings, history, damaged, misstated } = verified;
  const open = (remedy: Remedy) => findings.filter((finding) => finding.mend === remedy && !finding.mended);
  const mark = (remedy: Remedy) => open(remedy).forEach((finding: Finding) => (finding.mended = true));
  const directory = logDirectory(tableDirectory(lake, definition.name));
  const dropped = { droppedFiles: 0, droppedRows: 0 };
  if (mend && open('checkpoint').length > 0) {
    await mendCheckpoints(engine, lake, directory, verified);
    mark('checkpoint');
  }
  if (mend) {
    for (const finding of open('modes')) {
      const path = join(lake, finding.where);
      await chmod(path, 0o444);
      await syncFile(path);
    }
    mark('modes');
    for (const finding of open('leftovers')) {
      await removeIfThere(join(lake, finding.where));
    }
    mark('leftovers');
  }
  // A commit now would take the place of one that can still be restored from a backup.
  if (!history.state || history.state.version !== history.newest || history.incomplete) {
    return dropped;
  }
  const table = await DeltaTable.open(definition, lake, { engine });
  if (mend && misstated.length > 0) {
    await table.correctStatistics(misstated);
    mark('statistics');
  }
  if (dropDamaged && damaged.length > 0) {
    await table.replaceFiles({
      removed: damaged,
      added: [],
      operation: { name: 'DELETE', parameters: { predicate: '["damaged files"]' }, isBlindAppend: false },
      dataChange: true,
    });
    dropped.droppedFiles = damaged.length;
    dropped.droppedRows = damaged.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
    mark('drop');
  }
  return dropped;
}

async function mendCheckpoints(
  engine: DuckDb,
  lake: string,
  directory: string,
  { definition, history }: VerifiedTable
): Promise<void> {
  const rebuilt = [...history.lost].sort((a, b) => a.version - b.version);
  for (const state of rebuilt) {
    await withWorkDirectory(lake, (work) => writeCheckpoint(engine, directory, state, work));
  }
  const newest = rebuilt.at(-1)?.version ?? -1;
  if (history.checkpoint && history.checkpoint.version > newest) {
    await pointToCheckpoint(directory, history.checkpoint.version, history.checkpoint.size);
  } else if (newest < 0) {
    await (await DeltaTable.open(definition, lake, { engine })).checkpoint();
  }
}
