import type { JsonObject } from './json-values';

/** What the lists of a signal are called in JSON. */
export interface JsonNames {
  resources: 'resourceSpans' | 'resourceLogs' | 'resourceMetrics';
  scopes: 'scopeSpans' | 'scopeLogs' | 'scopeMetrics';
  items: 'spans' | 'logRecords' | 'metrics';
}

export const TRACES: JsonNames = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' };
export const LOGS: JsonNames = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' };

/** Where the item that is being read stands. */
export interface ItemSource {
  /** The item as an export request in JSON that has it alone, with its resource and scope. Throws when that cannot be. */
  text(): string;
}

/** An export request with one item. */
export function exportOf(names: JsonNames, resource: unknown, scope: unknown, item: unknown): string {
  return JSON.stringify({ [names.resources]: [{ resource, [names.scopes]: [{ scope, [names.items]: [item] }] }] });
}

/** The item of a body in JSON. */
export class JsonItem implements ItemSource {
  resource: unknown;
  scope: unknown;
  item: JsonObject = {};

  constructor(private readonly names: JsonNames) {}

  text(): string {
    return exportOf(this.names, this.resource, this.scope, this.item);
  }
}
