import { canonicalAddress } from './address';
import type { RequestRecord } from './request-record';
import { isSaneTime } from './time';

/** A row must lie somewhere in time. */
export const NO_TIME =
  'has no time that can be read: send one in ISO 8601 or as a number since 1970, under a known name or one that a mapping gives';
/** A row is of a request. */
export const NO_REQUEST =
  'names no request: send a method, path, route or status, under a known name or one that a mapping gives';
/** A time that no request can have. */
export const IMPOSSIBLE_TIME =
  'has a time before 1990 or more than a day in the future: look at the clock of the sender and the unit of its times';

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
 * the record (a predicate, as of a `Reject`), or undefined. `nowUs` is the time of the import in microseconds.
 */
export function normaliseRecord(record: RequestRecord, defaults: RecordDefaults, nowUs: number): string | undefined {
  if (Number.isNaN(record.time)) {
    return NO_TIME;
  }
  if (!record.seen) {
    return NO_REQUEST;
  }
  if (defaults.timeIsEnd && record.duration_ms !== undefined) {
    record.time -= Math.round(record.duration_ms * 1000);
  }
  if (!isSaneTime(record.time, nowUs)) {
    return IMPOSSIBLE_TIME;
  }
  if (record.client_ip !== undefined) {
    record.client_ip = canonicalAddress(record.client_ip) ?? record.client_ip;
  }
  record.service ??= defaults.service;
  record.environment ??= defaults.environment;
  record.source ??= defaults.source;
  return undefined;
}
