import type { RequestRecord } from '../../normalise';
import { Beside } from '../shared/fill-in';

/** What a resource and its scope say of every item below them, found out once. */
export class Resource {
  private readonly rest: Beside | undefined;

  constructor(private readonly record: RequestRecord) {
    const { service, service_version, environment, instance, region, attributes, ...others } = record;
    const more = attributes !== undefined || Object.entries(others).some(([name, value]) => !isEmpty(name, value));
    this.rest = more ? new Beside(record) : undefined;
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

function isEmpty(name: string, value: unknown): boolean {
  return value === undefined || name === 'time' || name === 'seen' || name === 'unusable';
}
