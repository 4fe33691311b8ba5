import { ApitrailError } from '@apitrail/contract';

import { boundJson } from '../shared/json-bounds';

/** Deeper than any OTLP: its own levels, and those of nested values. */
const DEEPEST = 512;

/**
 * Looks through a JSON text before it is parsed. Throws APITRAIL_BAD_BODY when it is nested too deep,
 * APITRAIL_BODY_TOO_LARGE when it has too many values.
 */
export function scanJson(body: Buffer): void {
  boundJson(body, DEEPEST, (at) => badJson(`is nested deeper than ${DEEPEST} levels`, `byte ${at}`));
}

/** What is wrong with a body, and where. */
export function badJson(what: string, where: string): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', `The body is no OTLP in JSON: ${where} ${what}.`, { where });
}
