import { ApitrailError } from '../errors';
import { ENVELOPE_FIELDS } from '../queries/base';
import { formatPath } from './path';
import { findSqlVariable } from './sql-variables';

/** `$name`, `${name}`, `${name:format}` and `[[name]]`, as Grafana writes them. */
const VARIABLE = /\$\{[A-Za-z_][^}]*\}|\$[A-Za-z_]\w*|\[\[[A-Za-z_]\w*(?::\w+)?\]\]/;
const WHOLE_VARIABLE = new RegExp(`^(?:${VARIABLE.source})$`);

/** `/Patient/7/$everything` and `/odata/$metadata`: operations of FHIR and OData, which are part of a path. */
const PATH_OPERATION = /(?<=\/)\$[A-Za-z_]/g;
const PATH_KEYS = new Set(['path', 'route']);

/** Escapes and classes of a regular expression, in which a `$` is a dollar sign. */
const LITERALS_OF_PATTERN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]/g;
const PATTERN_VARIABLE = /\$\{[A-Za-z_][^}]*\}|\$[A-Za-z_]\w*/;

/** How SQL says that a dollar sign is meant. */
const LITERAL_DOLLAR = "If it is a text of its own, write it as $$…$$ instead of '…'.";

/** Deeper than any query is; what lies below is refused by the schema. */
const MAX_DEPTH = 64;

/**
 * Refuses a query in which a dashboard variable was left. Public dashboards and alert rules send them as they are, and
 * taken as a value one would match nothing, which looks like an answer. Throws an ApitrailError that names the variable.
 */
export function refuseVariables(query: object): void {
  for (const [field, value] of Object.entries(query)) {
    // Grafana's own fields are not ours to judge, but `key` is also a field of the query type `values`.
    const own =
      !ENVELOPE_FIELDS.has(field) || (field === 'key' && 'queryType' in query && query.queryType === 'values');
    if (own) {
      check(value, [field], findVariable(field, query), 0);
    }
  }
}

type Find = (text: string) => string | undefined;

function check(value: unknown, path: Array<string | number>, find: Find, depth: number): void {
  if (typeof value === 'string') {
    const variable = find(value);
    if (variable !== undefined) {
      const where = formatPath(path);
      throw new ApitrailError(
        'APITRAIL_UNRESOLVED_VARIABLE',
        `${where} holds the variable ${variable}, which was not resolved. Dashboards resolve variables, but public ones, alert rules and the command line do not: put a value in its place.${path.at(-1) === 'sql' ? ` ${LITERAL_DOLLAR}` : ''}`,
        { where }
      );
    }
  } else if (depth < MAX_DEPTH && Array.isArray(value)) {
    value.forEach((item, index) => check(item, [...path, index], find, depth + 1));
  } else if (depth < MAX_DEPTH && value !== null && typeof value === 'object') {
    for (const [field, item] of Object.entries(value)) {
      check(item, [...path, field], findVariable(field, value), depth + 1);
    }
  }
}

/** How variables are told from dollar signs in a field, given the object it is in. */
function findVariable(field: string, parent: object): Find {
  // Names are only shown. Text that is looked for may hold a dollar sign, but seldom is one word that begins with it.
  if (field === 'name') {
    return () => undefined;
  }
  if (field === 'sql') {
    return findSqlVariable;
  }
  if (field === 'search') {
    return (text) => WHOLE_VARIABLE.exec(text)?.[0];
  }
  if (field === 'value' || field === 'values') {
    const { operator, key } = parent as { operator?: unknown; key?: unknown };
    if (operator === '=~' || operator === '!~') {
      return (text) =>
        WHOLE_VARIABLE.exec(text)?.[0] ?? PATTERN_VARIABLE.exec(text.replace(LITERALS_OF_PATTERN, ''))?.[0];
    }
    if (PATH_KEYS.has(String(key))) {
      return (text) => VARIABLE.exec(text.replace(PATH_OPERATION, ''))?.[0];
    }
  }
  return (text) => VARIABLE.exec(text)?.[0];
}
