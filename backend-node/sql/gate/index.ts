import { ApitrailError } from '@apitrail/contract';

import type { CheckedSql, GateLimits, GateOptions } from './options';
import { parseSql, placeInUserText } from './parse';
import { statement } from './queries';
import { writeSql } from './round-trip';
import { Walker } from './walker';

export type { AskText, CheckedSql, GateLimits, GateOptions, Origin } from './options';

/** Bounds where none are given. */
export const GATE_LIMITS: GateLimits = {
  textBytes: 65_536,
  depth: 100,
  nodes: 5000,
  literalLength: 16_384,
  size: 1_000_000,
};

/**
 * Lets SQL through that only reads our tables. DuckDB parses it, every node of the tree must be one that is known and
 * allowed, and what comes out is the text DuckDB makes of that tree. Throws an ApitrailError with the line and column of
 * the user's text: APITRAIL_SQL_SYNTAX when it cannot be parsed, APITRAIL_SQL_REFUSED when it may not run.
 */
export async function checkSql(text: string, options: GateOptions): Promise<CheckedSql> {
  const limits = { ...GATE_LIMITS, ...options.limits };
  checkLength(options.origin?.text ?? text, limits.textBytes);
  checkLength(text, limits.textBytes * MACRO_GROWTH);
  const parsed = await parseSql(text, options);
  const walker = new Walker(text, options, limits, parsed.statement);
  statement(parsed.statement, walker, {});
  const { sql, parsedPosition } = await writeSql(text, parsed, options);
  return {
    sql,
    tables: [...walker.tablesRead],
    placeOf: (offset) => {
      const position = parsedPosition(offset);
      return position === undefined ? undefined : placeInUserText(text, position, options);
    },
  };
}

/** How much longer macros may make a text. */
const MACRO_GROWTH = 4;

function checkLength(text: string, most: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > most) {
    throw new ApitrailError('APITRAIL_SQL_REFUSED', `The SQL has ${bytes} bytes; it can have at most ${most}.`);
  }
}
