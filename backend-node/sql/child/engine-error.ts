import { ApitrailError } from '@apitrail/contract';

import { placeOf, positionAt } from '../gate/position';

/** What the engine says of an error, with `errors_as_json`. */
interface EngineComplaint {
  kind: string;
  message: string;
  /** Offset in the statement, bytes of UTF-8. */
  position: number | undefined;
}

/** A text and where its parts stand in what the user wrote. */
export interface Written {
  sql: string;
  text: string;
  originalPosition(offset: number): number;
}

/** Kinds that are the user's to mend; every other one is a fault, or a file. */
const USERS_OWN = new Set([
  'Binder',
  'Catalog',
  'Parser',
  'Syntax',
  'Conversion',
  'Out of Range',
  'Invalid Input',
  'Invalid type',
  'Mismatch Type',
  'Not implemented',
  'Parameter Not Resolved',
]);

/** What is said of a file of the snapshot that is gone. */
export const MISSING_FILE = 'A data file is missing.';

/** Reads what the engine threw. */
export function complaintOf(error: unknown): EngineComplaint {
  const text = error instanceof Error ? error.message : String(error);
  try {
    const said = JSON.parse(text) as { exception_type?: string; exception_message?: string; position?: string };
    const position = said.position === undefined ? undefined : Number(said.position);
    return { kind: said.exception_type ?? '', message: said.exception_message ?? text, position };
  } catch {
    const [, kind = '', message = text] = /^([A-Z][A-Za-z ]*?) Error: ([\s\S]*)$/.exec(text) ?? [];
    return { kind, message, position: undefined };
  }
}

/**
 * The coded error for what the engine threw while it ran the checked statement. `placeAt` says where in the user's text
 * what stands at a byte of the statement came from.
 */
export function userError(
  error: unknown,
  written: Written,
  { placeAt, paths }: { placeAt: (byte: number) => string | undefined; paths: readonly string[] }
): ApitrailError {
  if (error instanceof ApitrailError) {
    return error;
  }
  const complaint = complaintOf(error);
  const limit = limitError(complaint);
  if (limit) {
    return limit;
  }
  if (complaint.kind === 'IO' && /No files found|Cannot open file|No such file or directory/.test(complaint.message)) {
    return new ApitrailError('APITRAIL_LAKE_UNREADABLE', MISSING_FILE);
  }
  if (complaint.kind === 'Permission') {
    // A file that is gone is looked for as a folder, which may not be read.
    return paths.some((path) => complaint.message.includes(path))
      ? new ApitrailError('APITRAIL_LAKE_UNREADABLE', MISSING_FILE)
      : new ApitrailError(
          'APITRAIL_SQL_REFUSED',
          'The SQL reads or writes what it may not: only its tables can be read.'
        );
  }
  if (!USERS_OWN.has(complaint.kind)) {
    return new ApitrailError(
      complaint.kind === 'IO' ? 'APITRAIL_LAKE_UNREADABLE' : 'APITRAIL_SQL_FAILED',
      `The engine failed: ${complaint.kind} error: ${firstLine(complaint.message)}`
    );
  }
  const { position } = complaint;
  const place = (position === undefined ? undefined : placeAt(position)) ?? placeOfColumn(complaint, written);
  return new ApitrailError('APITRAIL_SQL_ERROR', said(complaint), place ? { where: place } : {});
}

/** The error of a limit the engine noticed itself. */
function limitError({ kind, message }: EngineComplaint): ApitrailError | undefined {
  if (/max_temp_directory_size|File too large|No space left/i.test(message)) {
    return new ApitrailError(
      'APITRAIL_SQL_DISK',
      'The SQL needs more room on the disk than its process may have (sql.disk). Ask for a shorter range or fewer groups, and sort or join fewer rows.'
    );
  }
  if (kind === 'Out of Memory' || /bad.?alloc|memory allocation failure/i.test(message)) {
    return memoryError();
  }
  return undefined;
}

/** The error of a process that has no more memory. */
export function memoryError(): ApitrailError {
  return new ApitrailError(
    'APITRAIL_SQL_MEMORY',
    'The SQL needs more memory than its process may have (sql.memory). Ask for a shorter range or fewer groups, and sort, join or collect fewer rows.'
  );
}

/** Where in the user's text the column is whose value failed, if the text has it once. */
function placeOfColumn({ message }: EngineComplaint, written: Written): string | undefined {
  const column = /source column "?(\w+)/.exec(message)?.[1];
  const found = column === undefined ? [] : [...written.sql.matchAll(new RegExp(`\\b${column}\\b`, 'gi'))];
  return found.length === 1 ? placeOf(positionAt(written.text, written.originalPosition(found[0]!.index))) : undefined;
}

/** The engine's words without advice that does not apply: settings are locked, and lists of overloads are long. */
function said({ message }: EngineComplaint): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/\bSET [a-z_]+ ?=|^LINE \d+:|^\^/i.test(line));
  const shown = lines.slice(0, 8).join(' ');
  return shown.length > 1000 ? `${shown.slice(0, 1000)}…` : shown;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
