import type { RequestRecord } from '../../normalise';
import { Beside } from '../shared/fill-in';

/** Columns that most resources fill, put in place without looking; and what is no column. */
const DIRECT = new Set([
  ...['service', 'service_version', 'environment', 'instance', 'region'],
  ...['time', 'seen', 'unusable'],
]);

/** What a resource and its scope say of every item below them, found out once. */
export class Resource {
  private readonly rest: Beside | undefined;
  /** How many attributes it puts into each item that has no columns for them. */
  readonly attributes: number;

  /** `record` has what they say as if it were a request’s. */
  constructor(readonly record: RequestRecord) {
    const more = Object.entries(record).some(([name, value]) => value !== undefined && !DIRECT.has(name));
    this.rest = more ? new Beside(record) : undefined;
    this.attributes = Object.keys(record.attributes ?? {}).length;
  }

  /** Puts what it says where a record has nothing. */
  fillIn(record: RequestRecord): void {
    const own = this.record;
    record.service ??= own.service;
    record.service_version ??= own.service_version;
    record.environment ??= own.environment;
    record.instance ??= own.instance;
    record.region ??= own.region;
    this.rest?.fillIn(record);
  }
}
