import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';

import type { MetadataAction } from './actions';
import { commitEntry } from './commit';
import { makeDirectory } from './durable';
import { logDirectory, stateDirectory } from './layout';
import type { DeltaLog } from './log';
import { probeFileSystem } from './probe';
import { schemaString, tableFields } from './schema';
import { partitionColumns, type TableDefinition } from './table-definition';
import { READER_VERSION, WRITER_VERSION } from './table-state';

/** What becomes of a new table; an existing one keeps its own. Names are Delta's. */
const CONFIGURATION: Record<string, string> = {
  'delta.checkpointInterval': '100',
  'delta.logRetentionDuration': 'interval 2 days',
  'delta.deletedFileRetentionDuration': 'interval 7 days',
};

/** Makes a table, durably, unless it is there. Throws APITRAIL_LAKE_UNSUPPORTED when the file system lacks what commits need. */
export async function createTable(definition: TableDefinition, lake: string, log: DeltaLog): Promise<void> {
  await makeDirectory(logDirectory(log.table));
  await makeDirectory(stateDirectory(lake));
  // Rows that are not protected yet may be spilled there.
  await chmod(stateDirectory(lake), 0o700);
  await probeFileSystem(log.directory);
  if (await log.read()) {
    return;
  }
  const metaData: MetadataAction = {
    id: randomUUID(),
    name: definition.name,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(tableFields(definition)),
    partitionColumns: partitionColumns(definition),
    configuration: CONFIGURATION,
    createdTime: Date.now(),
  };
  const actions = [{ protocol: { minReaderVersion: READER_VERSION, minWriterVersion: WRITER_VERSION } }, { metaData }];
  // Whoever was first has made the same table.
  await commitEntry(log.directory, 0, { name: 'CREATE TABLE', parameters: {}, isBlindAppend: true }, actions);
}
