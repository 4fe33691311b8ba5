/**
 * Stable codes of the errors a user sees. `docs/errors.md` is this table in words; a test holds the two together.
 * `status` is the HTTP status an answer with the code carries.
 */
export const ERROR_CODES = {
  APITRAIL_BAD_REQUEST: { status: 400, meaning: 'The request is not valid JSON or not of the expected shape.' },
  APITRAIL_UNKNOWN_FIELD: { status: 400, meaning: 'A field that does not exist was sent.' },
  APITRAIL_BAD_VALUE: { status: 400, meaning: 'A field has a value it cannot have.' },
  APITRAIL_UNKNOWN_QUERY_TYPE: { status: 400, meaning: 'There is no query type of that name.' },
  APITRAIL_UNSUPPORTED_VERSION: { status: 400, meaning: 'The query was saved by a newer Apitrail.' },
  APITRAIL_UNSUPPORTED_FORMAT: { status: 400, meaning: 'The query type cannot answer in that format.' },
  APITRAIL_UNRESOLVED_VARIABLE: { status: 400, meaning: 'A dashboard variable reached the companion unresolved.' },
  APITRAIL_UNKNOWN_KEY: { status: 400, meaning: 'A filter or group-by names a key the record does not have.' },
  APITRAIL_UNKNOWN_COHORT: { status: 400, meaning: 'There is no saved cohort of that name.' },
  APITRAIL_COHORT_READ_ONLY: { status: 409, meaning: 'The cohort is of the configuration.' },
  APITRAIL_WEBHOOK_FAILED: { status: 502, meaning: 'A webhook did not take what was sent to it.' },
  APITRAIL_UNKNOWN_DATASET: { status: 400, meaning: 'There is no dataset of that name in the configuration.' },
  APITRAIL_BAD_REGEX: { status: 400, meaning: 'A regular expression is not valid RE2.' },
  APITRAIL_BAD_RANGE: { status: 400, meaning: 'The time range is empty, reversed or not a number.' },
  APITRAIL_SQL_SYNTAX: { status: 400, meaning: 'The SQL cannot be parsed.' },
  APITRAIL_SQL_REFUSED: { status: 400, meaning: 'The SQL uses something that user-written SQL may not.' },
  APITRAIL_QUERY_TIMEOUT: { status: 504, meaning: 'The query did not end within its time.' },
  APITRAIL_QUERY_CANCELLED: { status: 499, meaning: 'The one who asked went away.' },
  APITRAIL_BUSY: { status: 503, meaning: 'Too many queries are waiting, or too many live streams are open.' },
  APITRAIL_OUT_OF_MEMORY: { status: 503, meaning: 'The query needs more memory than it may have.' },
  APITRAIL_RESULT_TOO_LARGE: { status: 400, meaning: 'The answer would be larger than allowed.' },
  APITRAIL_SQL_OFF: { status: 403, meaning: 'SQL of one’s own is switched off, or cannot be bounded on this system.' },
  APITRAIL_SQL_ERROR: { status: 400, meaning: 'The SQL names what is not there, or fails on a value.' },
  APITRAIL_SQL_MEMORY: { status: 400, meaning: 'The SQL needs more memory than its process may have.' },
  APITRAIL_SQL_DISK: { status: 400, meaning: 'The SQL needs more room on the disk than its process may have.' },
  APITRAIL_SQL_TIMEOUT: { status: 504, meaning: 'The SQL did not end within its time and was ended.' },
  APITRAIL_SQL_FAILED: { status: 500, meaning: 'The process that ran the SQL ended before it had answered.' },
  APITRAIL_LAKE_UNREADABLE: { status: 500, meaning: 'The lake or a dataset cannot be read.' },
  APITRAIL_INTERNAL: { status: 500, meaning: 'A fault in Apitrail; the log of the companion has more.' },
  APITRAIL_UNAUTHENTICATED: { status: 401, meaning: 'No key, or one that is not valid.' },
  APITRAIL_TOO_MANY_ATTEMPTS: { status: 429, meaning: 'Too many requests came without a valid key.' },
  APITRAIL_FORBIDDEN: { status: 403, meaning: 'The key lacks the scope, or the host or origin is not allowed.' },
  APITRAIL_NOT_FOUND: { status: 404, meaning: 'There is nothing at that address.' },
  APITRAIL_METHOD_NOT_ALLOWED: { status: 405, meaning: 'The address does not take that method.' },
  APITRAIL_BODY_TOO_LARGE: { status: 413, meaning: 'The body is larger than allowed.' },
  APITRAIL_TOO_SLOW: { status: 408, meaning: 'The request came too slowly, or a live stream was read too slowly.' },
  APITRAIL_UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'The content type is not one that is taken.' },
  APITRAIL_BAD_CONFIG: { status: 500, meaning: 'The configuration has an unknown key or a bad value.' },
  APITRAIL_PORT_IN_USE: { status: 500, meaning: 'Another program listens on the address.' },
  APITRAIL_NO_AUTH_REFUSED: {
    status: 500,
    meaning: 'Running without keys was asked for on an address others can reach.',
  },
  APITRAIL_BAD_FORMAT: { status: 400, meaning: 'A log format is not known or its description is not valid.' },
  APITRAIL_BAD_MAPPING: { status: 400, meaning: 'A mapping file names unknown columns or fields.' },
  APITRAIL_NOTHING_FITS: {
    status: 400,
    meaning: 'Not one line of a file fits the format; nothing was imported from it.',
  },
  APITRAIL_BAD_FILE: { status: 400, meaning: 'A file cannot be read, is damaged or is cut short.' },
  APITRAIL_LAKE_UNWRITABLE: { status: 503, meaning: 'The lake cannot be written: no right to, or no room.' },
  APITRAIL_LAKE_BUSY: { status: 409, meaning: 'Another process writes to the lake.' },
  APITRAIL_LAKE_CONFLICT: { status: 409, meaning: 'Another process has changed the same files of the lake.' },
  APITRAIL_LAKE_UNSUPPORTED: {
    status: 500,
    meaning: 'The file system or the table’s protocol lacks what safe commits need.',
  },
  APITRAIL_BAD_RULE: { status: 400, meaning: 'A route rule is not valid.' },
  APITRAIL_BAD_OPENAPI: {
    status: 400,
    meaning: 'An OpenAPI document cannot be read, or routes cannot be read from it.',
  },
  APITRAIL_BAD_BODY: {
    status: 400,
    meaning: 'What was sent to the ingest listener cannot be read as its protocol says.',
  },
  APITRAIL_IDEMPOTENCY_MISMATCH: {
    status: 422,
    meaning: 'Something else was sent under the same Idempotency-Key before.',
  },
  APITRAIL_INGEST_BUSY: { status: 503, meaning: 'More comes in than can be written; send it again.' },
  APITRAIL_DISK_FULL: {
    status: 503,
    meaning: 'There is too little room on the disk to take anything in; send it again.',
  },
  APITRAIL_STOPPING: { status: 503, meaning: 'The companion is stopping; send it again.' },
  APITRAIL_BATCH_SET_ASIDE: {
    status: 500,
    meaning: 'What was acknowledged ended the process each time it was read again, and is kept among the rejects.',
  },
  APITRAIL_HOT_DAMAGED: {
    status: 500,
    meaning: 'A file of rows that are in no commit yet was damaged or deleted; the rows are made again.',
  },
  APITRAIL_WAL_DAMAGED: { status: 500, meaning: 'The write-ahead log, or its key, is not what it was.' },
  APITRAIL_USAGE: { status: 400, meaning: 'A command was called with wrong arguments.' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes of the problems that only `GET /api/health` tells of, beside those above. `docs/errors.md` has them too. */
export const HEALTH_CODES = {
  APITRAIL_LAKE_MISSING: 'There is no lake in the folder yet.',
  APITRAIL_LAKE_EMPTY: 'The lake has no rows yet.',
  APITRAIL_DATASET_EMPTY: 'An external dataset has no files.',
  APITRAIL_ROWS_AWAITED: 'Requests that were acknowledged cannot be queried yet.',
  APITRAIL_STALE_BUILD: 'The program on the disk is not the one that runs.',
  APITRAIL_PROCESS_DOWN: 'A process of the companion does not run.',
  APITRAIL_PROCESS_SILENT: 'A process of the companion says nothing.',
  APITRAIL_CLOCK_MOVED: 'The clock was set by much: nothing is deleted by age for now.',
} as const;

export type HealthCode = keyof typeof HEALTH_CODES;

/** An error for a user: what is wrong, where, and how to mend it. */
export class ApitrailError extends Error {
  readonly code: ErrorCode;
  /** The field, parameter, file or line that is wrong. */
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, options: { where?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApitrailError';
    this.code = code;
    this.where = options.where;
  }

  /** HTTP status an answer with this error carries. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** The text a user reads: the message with its code. */
  get userMessage(): string {
    return `${this.message} [${this.code}]`;
  }
}
