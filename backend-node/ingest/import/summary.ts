/** What became of one file. */
export interface FileSummary {
  file: string;
  /** `skipped`: all of it was in the lake already. `partly`: rows were taken, but something is wrong with the file. */
  outcome: 'imported' | 'skipped' | 'partly' | 'failed';
  format?: string;
  rows: number;
  rejected: number;
  /** Empty lines; they are neither rows nor rejects. */
  blank: number;
  /** What is wrong with it, or why it was skipped. */
  message?: string;
  code?: string;
}

/** The last line on standard output of `apitrail import`. */
export interface ImportSummary {
  /** Files rows or rejects were taken from. */
  files: number;
  rows: number;
  rejected: number;
  /** Files that were wholly in the lake already. */
  skipped_files: number;
  /** Files something is wrong with. */
  failed_files: number;
  blank: number;
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
