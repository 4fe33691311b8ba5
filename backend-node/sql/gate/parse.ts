import { ApitrailError } from '@apitrail/contract';

import { codeTokens, crowdedComment } from '../macros/tokens';
import type { GateOptions } from './options';
import { offsetOfByte, placeOf, positionAt } from './position';
import { castLiterals } from './rewrite';
import { statementKind } from './statement-kind';

/** Anything JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The parse tree of a text, as DuckDB gives it. */
export interface ParsedSql {
  /** DuckDB's own words: numbers in it may be larger than JavaScript can hold. */
  json: string;
  /** The one statement. */
  statement: Json;
}

/** Asks for the parse tree of a text. */
export const SERIALIZE = 'SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)';

/** Asks DuckDB for the parse tree of a text that must be exactly one SELECT. Throws an ApitrailError with the place. */
export async function parseSql(text: string, options: GateOptions): Promise<ParsedSql> {
  if (text.includes('\0')) {
    throw refusedAt(text, text.indexOf('\0'), options, 'The SQL has a character of code 0. Remove it.');
  }
  const crowded = crowdedComment(text, MOST_COMMENTS);
  if (crowded !== undefined) {
    const message = `A comment has more than ${MOST_COMMENTS} others within. Remove some of them.`;
    throw refusedAt(text, crowded, options, message);
  }
  const json = castLiterals(await options.ask(SERIALIZE, text));
  const answer = readTree(json);
  if (answer === undefined) {
    throw refusedAt(text, infiniteNumber(text), options, INFINITE);
  }
  if (answer['error'] === true) {
    throw parserError(text, answer, options);
  }
  const statements = answer['statements'];
  const [statement, second] = Array.isArray(statements) ? statements : [];
  if (statement === undefined) {
    throw new ApitrailError('APITRAIL_SQL_SYNTAX', 'There is no statement. Write a SELECT.', {
      where: 'line 1, column 1',
    });
  }
  if (second !== undefined) {
    const message = 'Only one statement can run, and here a second one begins. Remove one of them.';
    throw refusedAt(text, firstLocation(text, second), options, message);
  }
  return { json, statement };
}

/** Comments within a comment: reading them takes DuckDB time that grows with the square. */
const MOST_COMMENTS = 100;

const INFINITE = "A number is too large for a double. For infinity write CAST('inf' AS DOUBLE).";

/** Where a number stands that no double can hold. */
function infiniteNumber(text: string): number | undefined {
  return codeTokens(text).find((token) => Math.abs(Number(token.text.replaceAll('_', ''))) === Infinity)?.offset;
}

/** Reads DuckDB's JSON; undefined when it is none, which is so for numbers that JSON cannot say. */
export function readTree(json: string): { [key: string]: Json } | undefined {
  try {
    return JSON.parse(json) as { [key: string]: Json };
  } catch {
    return undefined;
  }
}

/** The error of something that may not be used, at an offset of the text that was parsed. */
export function refusedAt(
  text: string,
  offset: number | undefined,
  options: GateOptions,
  message: string
): ApitrailError {
  return errorAt('APITRAIL_SQL_REFUSED', text, offset, options, message);
}

/** An error at an offset of the text that was parsed, said in the user's lines and columns. */
export function errorAt(
  code: 'APITRAIL_SQL_REFUSED' | 'APITRAIL_SQL_SYNTAX',
  text: string,
  offset: number | undefined,
  options: Pick<GateOptions, 'origin'>,
  message: string
): ApitrailError {
  if (offset === undefined) {
    return new ApitrailError(code, message);
  }
  return new ApitrailError(code, message, { where: placeInUserText(text, offset, options) });
}

/** Line and column of what the user wrote, of an offset of the text that was parsed. */
export function placeInUserText(text: string, offset: number, { origin }: Pick<GateOptions, 'origin'>): string {
  return placeOf(origin ? positionAt(origin.text, origin.originalPosition(offset)) : positionAt(text, offset));
}

/** Locations larger than this are DuckDB's way to say that there is none. */
const MOST_LOCATION = 2 ** 32;

/** Offset that a node says it stands at, in UTF-16 units. */
export function locationOf(text: string, node: Json | undefined): number | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    return undefined;
  }
  const location = node['query_location'];
  return typeof location === 'number' && location < MOST_LOCATION ? offsetOfByte(text, location) : undefined;
}

/** The first place that any node within has. */
function firstLocation(text: string, node: Json): number | undefined {
  if (typeof node !== 'object' || node === null) {
    return undefined;
  }
  const own = locationOf(text, node);
  const inner = Object.values(node).map((child) => firstLocation(text, child));
  return [own, ...inner].filter((offset) => offset !== undefined).sort((a, b) => a - b)[0];
}

/** The parser's words, without advice on settings that are locked, and without half the text. */
function shorten(said: string): string {
  const [words = ''] = said.split(/\. Use "SET/);
  return words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words;
}

const MOST_WORDS = 200;

function parserError(text: string, answer: { [key: string]: Json }, options: GateOptions): ApitrailError {
  const said = String(answer['error_message'] ?? '');
  if (said.startsWith('Only SELECT statements')) {
    const { kind, offset } = statementKind(text);
    return refusedAt(text, offset, options, `${kind} cannot run: user-written SQL only reads. Write one SELECT.`);
  }
  const position = Number(answer['position']);
  const offset = Number.isInteger(position) ? offsetOfByte(text, position) : undefined;
  return errorAt('APITRAIL_SQL_SYNTAX', text, offset, options, `The SQL cannot be parsed: ${shorten(said)}.`);
}
