import { isAbsolute, join, normalize } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

/** Names of files and folders of a lake: DIR/requests and its like are Delta tables, DIR/.apitrail what belongs to Apitrail alone. */

/** The Delta table of that name of the lake in `directory`. */
export function tableDirectory(directory: string, name: string): string {
  return join(directory, name);
}

/** Apitrail's own state, outside the table, where no reader of the lake looks. It may hold rows before they are protected. */
export function stateDirectory(directory: string): string {
  return join(directory, '.apitrail');
}

/** Id of the import in the `txn` actions of the table of requests; its version counts the commits and names the state that goes with each. */
export const IMPORT_APP_ID = 'apitrail.import';

/** Folder of the states of imports, of which one belongs to each commit. */
export function importStateDirectory(directory: string): string {
  return join(stateDirectory(directory), 'import');
}

/** Name of the file that holds the state of a version of the import. */
export const importStateName = (version: number): string => `state-${version}.json`;

/** The version that a name of `importStateName` has; undefined for any other name. */
export function importStateVersion(name: string): number | undefined {
  const match = /^state-(\d+)\.json$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Id of what was taken in over the network in the `txn` actions of the table of requests; its version is the last batch of the write-ahead log that is in it. */
export const INGEST_APP_ID = 'apitrail.ingest';

/** Folder of the state of the ingest process, of which one belongs to each commit. */
export function ingestStateDirectory(directory: string): string {
  return join(stateDirectory(directory), 'ingest');
}

/** Folder of the write-ahead log: encrypted, since it holds what was sent before it is protected. */
export function walDirectory(directory: string): string {
  return join(stateDirectory(directory), 'wal');
}

/** Folder of what could not be understood: encrypted, as the write-ahead log is. */
export function rejectsDirectory(directory: string): string {
  return join(stateDirectory(directory), 'rejects');
}

/** Folder of the rows that are in no commit yet, of one boot of the machine. */
export function hotDirectory(directory: string, boot: string): string {
  return join(stateDirectory(directory), 'hot', boot);
}

/** Folder of the transaction log of a table. */
export function logDirectory(table: string): string {
  return join(table, '_delta_log');
}

/** `00000000000000000012.json`. */
export function entryName(version: number): string {
  return `${padded(version)}.json`;
}

/** `00000000000000000012.checkpoint.parquet`: a classic checkpoint in one file. */
export function checkpointName(version: number): string {
  return `${padded(version)}.checkpoint.parquet`;
}

/** Name of the pointer to the newest checkpoint. */
export const LAST_CHECKPOINT = '_last_checkpoint';

/** Version of a log entry or checkpoint of that name; undefined for any other file. */
export function parseLogName(name: string): { version: number; kind: 'entry' | 'checkpoint' } | undefined {
  const match = /^(\d{20})\.(json|checkpoint\.parquet)$/.exec(name);
  return match ? { version: Number(match[1]), kind: match[2] === 'json' ? 'entry' : 'checkpoint' } : undefined;
}

/** Folder of the partition of a date, relative to the table. */
export function partitionDirectory(date: string): string {
  return `date=${date}`;
}

/** A path relative to the table as the log writes it: percent-encoded, as RFC 2396 says. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '=');
}

/** The absolute path of a data file the log names. Throws when it lies outside the table. */
export function dataFilePath(table: string, encoded: string): string {
  const path = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(encoded) ? undefined : normalize(decodeURIComponent(encoded));
  if (path === undefined || isAbsolute(path) || path.startsWith('..')) {
    throw new ApitrailError(
      'APITRAIL_LAKE_UNSUPPORTED',
      `The log of ${table} names a data file outside the table (${encoded}), as shallow clones do. Copy the data into the table.`,
      { where: table }
    );
  }
  return join(table, path);
}

function padded(version: number): string {
  return String(version).padStart(20, '0');
}
