import { z } from 'zod';

import { ApitrailError, ERROR_CODES, type ErrorCode } from '../errors';
import { nearest } from '../nearest';
import { COLUMN_TYPES } from '../columns';
import { DERIVED_KEYS } from '../keys';
import { ENVELOPE_FIELDS } from '../queries/base';
import { formatPath, shown, valueAt } from './path';

type Issue = z.core.$ZodIssue;

/** What was read, and with which schema, to say what else could have been written. */
interface Context {
  input: unknown;
  /** Of a query, its type. */
  queryType?: string;
  /** What is read, at the beginning of a sentence, where it is no query: `The annotation`. */
  subject?: string;
  schema: z.ZodType;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** The first thing that is wrong with what was sent: which field, what it holds, and what it may hold. */
export function issueError(issue: Issue, context: Context): ApitrailError {
  const worst = innermost(issue);
  const field = formatPath(worst.path);
  const value = valueAt(context.input, worst.path);
  if (worst.code === 'unrecognized_keys') {
    return unknownField(worst, context);
  }
  const code = codeOf(worst, field);
  const text =
    code === 'APITRAIL_UNKNOWN_KEY' && typeof value === 'string'
      ? unknownKey(field, value, worst.message)
      : code === 'APITRAIL_UNSUPPORTED_FORMAT' && worst.code === 'invalid_value' && value !== undefined
        ? `The query type ${context.queryType} does not answer in the format ${shown(value)}. Use one of: ${worst.values.join(', ')}.`
        : describe(worst, field || context.subject || 'The query', value);
  return new ApitrailError(code, text, { where: field });
}

/**
 * Of the branches of a union, the one that got furthest, because that is the one that was meant; the union itself when
 * none got anywhere.
 */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') {
    return issue;
  }
  const inner = issue.errors.flat().filter(({ path }) => path.length > 0)[0];
  if (inner) {
    return innermost({ ...inner, path: [...issue.path, ...inner.path] } as Issue);
  }
  const coded = issue.errors.flat().find((branch) => branch.code === 'custom' && branch.params?.code);
  return coded ? ({ ...coded, path: issue.path, message: issue.message } as Issue) : issue;
}

function codeOf(issue: Issue, field: string): ErrorCode {
  const given: unknown = issue.code === 'custom' ? issue.params?.code : undefined;
  if (typeof given === 'string' && Object.hasOwn(ERROR_CODES, given)) {
    return given as ErrorCode;
  }
  return field === 'format' ? 'APITRAIL_UNSUPPORTED_FORMAT' : 'APITRAIL_BAD_VALUE';
}

function describe(issue: Issue, subject: string, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') {
    return `${subject} is missing: it ${requirement(issue)}.`;
  }
  const text = requirement(issue);
  if (!text.startsWith('must ') || value === undefined) {
    return `${subject} ${text}.`;
  }
  const counted = issue.code === 'too_small' || issue.code === 'too_big' ? lengthOf(value) : undefined;
  return `${subject} ${text}, not ${counted ?? shown(value)}.${suggestion(issue, value)}`;
}

function requirement(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${shown(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'number' ? `must be at least ${issue.minimum}` : size(issue, 'at least', issue.minimum);
    case 'too_big':
      return issue.origin === 'number' ? `must be at most ${issue.maximum}` : size(issue, 'at most', issue.maximum);
    default:
      return issue.message;
  }
}

function size(issue: { origin: string }, bound: string, count: number | bigint): string {
  const [one, many] = issue.origin === 'string' ? ['character', 'characters'] : ['entry', 'entries'];
  return `must have ${bound} ${count} ${count === 1 ? one : many}`;
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
}

function suggestion(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string' || issue.values.length === 1) {
    return '';
  }
  const near = nearest(value, issue.values.map(String));
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

function unknownKey(field: string, value: string, message: string): string {
  const near = nearest(value, [...Object.keys(COLUMN_TYPES), ...Object.keys(DERIVED_KEYS)]);
  return `${field} ${message}, not ${shown(value)}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}

function unknownField(issue: z.core.$ZodIssueUnrecognizedKeys, { queryType, subject, schema }: Context): ApitrailError {
  const name = issue.keys[0]!;
  const where = formatPath([...issue.path, name]);
  const place = issue.path.length === 0 ? (subject ?? `The query type ${queryType}`) : formatPath(issue.path);
  const known = fieldsAt(schema, issue.path).filter((field) => issue.path.length > 0 || !ENVELOPE_FIELDS.has(field));
  const near = nearest(name, known);
  const help = near !== undefined ? ` Did you mean ${near}?` : known.length > 0 ? ` It has: ${known.join(', ')}.` : '';
  return new ApitrailError('APITRAIL_UNKNOWN_FIELD', `${place} has no field ${shown(name)}.${help}`, { where });
}

/** Names of the fields that the schema has at a path; none where it cannot be told. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    const [field, ...rest] = path;
    if (field === undefined) {
      return Object.keys(inner.shape);
    }
    const next: unknown = inner.shape[String(field)];
    return next instanceof z.ZodType ? fieldsAt(next, rest) : [];
  }
  if (inner instanceof z.ZodArray && path.length > 0) {
    return fieldsAt(inner.element as z.ZodType, path.slice(1));
  }
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}
