import type { z } from 'zod';

import { ApitrailError } from '../errors';
import { nearest } from '../nearest';
import { QUERY_VERSION } from '../queries/base';
import { QUERY_SCHEMAS, type Query, type QueryType } from '../queries';
import { issueError } from './issues';
import { shown } from './path';
import { refuseVariables } from './variables';

/**
 * Reads one query of a request: picks the schema of its type, refuses what it does not know, fills in the defaults.
 * Throws an ApitrailError that names the field.
 */
export function parseQuery(input: unknown): Query {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new ApitrailError('APITRAIL_BAD_REQUEST', `A query must be a JSON object, not ${shown(input)}.`);
  }
  const { queryType, version } = input as { queryType?: unknown; version?: unknown };
  if (typeof queryType !== 'string' || !Object.hasOwn(QUERY_SCHEMAS, queryType)) {
    throw unknownType(queryType);
  }
  if (typeof version === 'number' && version > QUERY_VERSION) {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_VERSION',
      `The query has version ${version}; this companion knows up to ${QUERY_VERSION}. Update Apitrail.`,
      { where: 'version' }
    );
  }
  refuseVariables(input);
  const schema: z.ZodType<Query> = QUERY_SCHEMAS[queryType as QueryType];
  const result = schema.safeParse(input);
  if (!result.success) {
    throw issueError(result.error.issues[0]!, { input, queryType, schema });
  }
  return result.data;
}

function unknownType(queryType: unknown): ApitrailError {
  const known = Object.keys(QUERY_SCHEMAS);
  const near = typeof queryType === 'string' ? nearest(queryType, known) : undefined;
  const problem = queryType === undefined ? 'queryType is missing.' : `There is no query type ${shown(queryType)}.`;
  const help = near === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new ApitrailError('APITRAIL_UNKNOWN_QUERY_TYPE', `${problem} ${help}`, { where: 'queryType' });
}
