import { ApitrailError, formatPath } from '@apitrail/contract';

import type { ResultTable } from '../../engine/engine';
import { param, sql, type Sql } from '../../engine/sql';

/** Patterns that were found valid, so that a dashboard does not have them checked over and over. */
const known = new Set<string>();
const MOST_KNOWN = 1000;

interface Pattern {
  path: string;
  text: string;
}

/**
 * Refuses regular expressions that are not RE2, naming the field they are in. The engine itself is asked, so that what
 * passes here works there. Throws an ApitrailError with APITRAIL_BAD_REGEX.
 */
export async function checkPatterns(query: unknown, run: (statement: Sql) => Promise<ResultTable>): Promise<void> {
  for (const { path, text } of patternsOf(query, [])) {
    if (known.has(text)) {
      continue;
    }
    try {
      await run(sql`SELECT regexp_matches('', ${param('varchar', text)})`);
    } catch (error) {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_BAD_REGEX') {
        throw new ApitrailError('APITRAIL_BAD_REGEX', `${path}: ${error.message}`, { where: path, cause: error });
      }
      throw error;
    }
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    known.add(text);
  }
}

function patternsOf(value: unknown, path: Array<string | number>): Pattern[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => patternsOf(item, [...path, index]));
  }
  if (value === null || typeof value !== 'object') {
    return [];
  }
  const { operator, value: text } = value as { operator?: unknown; value?: unknown };
  if ((operator === '=~' || operator === '!~') && typeof text === 'string') {
    return [{ path: formatPath([...path, 'value']), text }];
  }
  return Object.entries(value).flatMap(([key, item]) => patternsOf(item, [...path, key]));
}
