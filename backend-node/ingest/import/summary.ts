/** What became of one file. */
export interface FileSummary {
  file: string;
  /**
   * `skipped`: all of it was in the lake already. `empty`: there is no request in it yet; it is read again when it has
   * grown. `partly`: rows were taken, but something is wrong with the file.
   */
  outcome: 'imported' | 'skipped' | 'empty' | 'partly' | 'failed';
  format?: string;
  rows: number;
  rejected: number;
  /** Empty lines; they are neither rows nor rejects. */
  blank: number;
  /** 1 when the last line has no line end yet and was left for a later import, else 0. */
  held_back: number;
  /** What is wrong with it, or why it was skipped. */
  message?: string;
  code?: string;
}

/** The last line on standard output of `apitrail import`. */
export interface ImportSummary {
  /** Files rows or rejects were taken from. */
  files: number;
  rows: number;
  /** Rows that rules left out; they are in the `rows` of their files. */
  left_out: number;
  rejected: number;
  /** Files that were wholly in the lake already. */
  skipped_files: number;
  /** Files with no request in them yet. */
  empty_files: number;
  /** Files something is wrong with. */
  failed_files: number;
  blank: number;
  /** Last lines without a line end, of files that are being written: left for a later import. */
  held_back: number;
  /** Time of the oldest and newest row that came in, ISO 8601; null when none did. */
  first: string | null;
  last: string | null;
  /** Values that could not be used and became null, by column. */
  unusable_values: Record<string, number>;
  /** The import was stopped before its end; the same command goes on from the last commit. */
  interrupted: boolean;
  lake_version: number | null;
  seconds: number;
  details: FileSummary[];
}

/** ISO 8601 with as many digits of a second as the time has; null for infinite. */
export function isoMicros(micros: number): string | null {
  if (!Number.isFinite(micros)) {
    return null;
  }
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  const text = new Date(millis).toISOString();
  return rest === 0 ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
