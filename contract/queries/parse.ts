import type { z } from 'zod';

import { ApitrailError, ERROR_CODES, type ErrorCode } from '../errors';
import { QUERY_VERSION } from './base';
import { QUERY_SCHEMAS, type Query, type QueryType } from './index';

const VARIABLE = /\$\{?[A-Za-z_]\w*(?::[^}]*)?\}?|\[\[[A-Za-z_]\w*\]\]/;

/** Fields whose text is a person's own pattern, in which a `$` need not be a variable. */
const PATTERN_OPERATORS = new Set(['=~', '!~']);

/**
 * Reads one query of a request: picks the schema of its type, refuses what it does not know, fills in the defaults.
 * Throws an ApitrailError that names the field.
 */
export function parseQuery(input: unknown): Query {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new ApitrailError('APITRAIL_BAD_REQUEST', 'A query must be a JSON object.');
  }
  const { queryType, version } = input as { queryType?: unknown; version?: unknown };
  if (typeof queryType !== 'string' || !Object.hasOwn(QUERY_SCHEMAS, queryType)) {
    const known = Object.keys(QUERY_SCHEMAS).join(', ');
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_QUERY_TYPE',
      `There is no query type ${JSON.stringify(queryType ?? null)}. Use one of: ${known}.`,
      { where: 'queryType' }
    );
  }
  if (typeof version === 'number' && version > QUERY_VERSION) {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_VERSION',
      `The query has version ${version}; this companion knows up to ${QUERY_VERSION}. Update Apitrail.`,
      { where: 'version' }
    );
  }
  refuseVariables(input, []);
  const schema: z.ZodType<Query> = QUERY_SCHEMAS[queryType as QueryType];
  const result = schema.safeParse(input);
  if (!result.success) {
    throw toApitrailError(result.error.issues[0]!, queryType);
  }
  return result.data;
}

/** Envelope fields and free text a person may put a dollar sign in are not looked at. */
const UNCHECKED = new Set(['datasource', 'scopes', 'search', 'refId', 'key', 'name', 'timeRange']);

function refuseVariables(value: unknown, path: Array<string | number>): void {
  if (typeof value === 'string') {
    const match = VARIABLE.exec(value);
    if (match) {
      throw new ApitrailError(
        'APITRAIL_UNRESOLVED_VARIABLE',
        `The variable ${match[0]} in ${formatPath(path)} was not resolved. Public dashboards and alert rules do not resolve variables: put a value in its place.`,
        { where: formatPath(path) }
      );
    }
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => refuseVariables(item, [...path, index]));
  } else if (value !== null && typeof value === 'object') {
    const { operator } = value as { operator?: unknown };
    for (const [key, item] of Object.entries(value)) {
      const topLevelEnvelope = UNCHECKED.has(key) && path.length === 0;
      const stepName = key === 'name';
      const pattern = (key === 'value' || key === 'values') && PATTERN_OPERATORS.has(String(operator));
      if (!topLevelEnvelope && !stepName && !(pattern && !looksLikeWholeVariable(item))) {
        refuseVariables(item, [...path, key]);
      }
    }
  }
}

function looksLikeWholeVariable(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{?[A-Za-z_]\w*(?::\w+)?\}?$/.test(value);
}

/** `steps[1].filters[0].key` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    ''
  );
}

function toApitrailError(issue: z.core.$ZodIssue, queryType: string): ApitrailError {
  if (issue.code === 'unrecognized_keys') {
    const field = formatPath([...issue.path, issue.keys[0]!]);
    return new ApitrailError('APITRAIL_UNKNOWN_FIELD', `The query type ${queryType} has no field ${field}.`, {
      where: field,
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deepest =
      issue.errors.flat().find((inner) => inner.path.length > 0 || inner.code === 'custom') ?? issue.errors[0]?.[0];
    if (deepest) {
      return toApitrailError({ ...deepest, path: [...issue.path, ...deepest.path] }, queryType);
    }
  }
  const field = formatPath(issue.path);
  const given = issue.code === 'custom' ? (issue.params?.code as ErrorCode | undefined) : undefined;
  const code: ErrorCode =
    given && given in ERROR_CODES ? given : field === 'format' ? 'APITRAIL_UNSUPPORTED_FORMAT' : 'APITRAIL_BAD_VALUE';
  return new ApitrailError(code, `${field || 'The query'}: ${issue.message}.`, { where: field });
}
