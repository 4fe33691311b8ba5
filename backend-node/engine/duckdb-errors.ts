import { ApitrailError } from '@apitrail/contract';

/** A file of a snapshot was gone when the engine came to read it: worth one retry with a new snapshot. */
export class MissingFileError extends ApitrailError {
  readonly retryable = true;

  constructor(message: string, cause?: unknown) {
    super('APITRAIL_LAKE_UNREADABLE', message, { cause });
  }
}

/** Whether the same question may succeed over a newer snapshot. */
export function isRetryable(error: unknown): boolean {
  return error instanceof MissingFileError;
}

/** What RE2 says of patterns it does not take (re2.cc, `kErrorStrings`), and DuckDB of those that are too large. */
const REGEX_COMPLAINTS = [
  'invalid escape sequence',
  'invalid character class',
  'missing ]',
  'missing )',
  'unexpected )',
  'trailing \\',
  'no argument for repetition operator',
  'invalid repetition size',
  'bad repetition operator',
  'invalid perl operator',
  'invalid UTF-8',
  'invalid named capture group',
  'pattern too large',
];

/** The error of somebody who went away. */
export function cancelled(cause?: unknown): ApitrailError {
  return new ApitrailError('APITRAIL_QUERY_CANCELLED', 'The query was cancelled.', { cause });
}

/** The error of a query whose signal has aborted: the signal's own reason where that is coded, such as a deadline. */
export function aborted(signal: AbortSignal, cause?: unknown): ApitrailError {
  return signal.reason instanceof ApitrailError ? signal.reason : cancelled(cause);
}

/** The coded error for what DuckDB, or the code around it, threw. */
export function engineError(error: unknown): ApitrailError {
  if (error instanceof ApitrailError) {
    return error;
  }
  const text = messageOf(error);
  const [, kind = '', detail = text] = /^([A-Z][A-Za-z ]*?) Error: ([\s\S]*)$/.exec(text) ?? [];
  const message = firstLine(detail);
  if (kind === 'INTERRUPT') {
    return cancelled(error);
  }
  if (kind === 'Out of Memory' || text.includes('std::bad_alloc')) {
    return new ApitrailError(
      'APITRAIL_OUT_OF_MEMORY',
      'The query needs more memory than it may have. Ask for a shorter range, fewer groups or a coarser interval, or raise the memory limit.',
      { cause: error }
    );
  }
  if (kind === 'Invalid Input' && REGEX_COMPLAINTS.some((complaint) => detail.startsWith(complaint))) {
    return new ApitrailError(
      'APITRAIL_BAD_REGEX',
      `The regular expression is not valid RE2: ${message}. Lookaround and back-references are not part of RE2.`,
      { cause: error }
    );
  }
  if (kind === 'IO' && /No files found|Cannot open file|No such file or directory/.test(detail)) {
    return new MissingFileError(`A data file is missing: ${message}`, error);
  }
  if (/Parquet file|parquet/i.test(message) && (kind === 'IO' || kind === 'Invalid Input')) {
    return new ApitrailError('APITRAIL_LAKE_UNREADABLE', `A data file cannot be read: ${message}`, { cause: error });
  }
  return new ApitrailError('APITRAIL_INTERNAL', `The engine failed: ${kind ? `${kind} error: ` : ''}${message}`, {
    cause: error,
  });
}

/** Errors of native code need not be of this realm's Error. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
