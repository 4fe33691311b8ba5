import { canonicalAddress } from './address';
import type { RequestRecord } from './request-record';
import { isSaneTime } from './time';

/** What a source lacks and the import knows. */
export interface RecordDefaults {
  service?: string;
  environment?: string;
  source: string;
  /** The log’s time is that of the end of the request: the duration, where there is one, is taken off. */
  timeIsEnd?: boolean;
}

/**
 * Last step for every format: checks what a row must have and fills in what the import knows. Gives the reason to reject
 * the record, or undefined. `nowUs` is the time of the import in microseconds.
 */
export function normaliseRecord(record: RequestRecord, defaults: RecordDefaults, nowUs: number): string | undefined {
  if (Number.isNaN(record.time)) {
    return 'no time that can be read';
  }
  if (!record.seen) {
    return 'names no request: no method, path, route or status';
  }
  if (defaults.timeIsEnd && record.duration_ms !== undefined) {
    record.time -= Math.round(record.duration_ms * 1000);
  }
  if (!isSaneTime(record.time, nowUs)) {
    return 'its time lies before 1990 or more than a day in the future';
  }
  if (record.client_ip !== undefined) {
    record.client_ip = canonicalAddress(record.client_ip) ?? record.client_ip;
  }
  record.service ??= defaults.service;
  record.environment ??= defaults.environment;
  record.source ??= defaults.source;
  return undefined;
}
