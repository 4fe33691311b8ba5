import type { ParameterHint } from '../declared/declared-route';
import { isCostly } from '../declared/hints';
import { below, isObject, type Located, type Problems } from './problems';
import { BadReference, type References } from './references';

/** Values a parameter may be listed with; beyond, its list tells nothing. */
const MAX_ENUM = 256;
const MAX_PATTERN = 512;
/** Parameters of these names at the end of a path take the rest of it where nothing else fits. */
const REST_NAMES = /^(?:.*[_-])?(?:file_?)?path(?:_?name)?$|^(?:.*[_-])?proxy$|^splat$|^wildcard$/i;

/**
 * What the parameters of a path or an operation say of its path's values, by name. References that cannot be followed are
 * warnings: a path is a route without them.
 */
export async function parameterHints(
  holder: Located,
  references: References,
  problems: Problems
): Promise<Map<string, ParameterHint>> {
  const hints = new Map<string, ParameterHint>();
  const list = below(holder, 'parameters');
  if (!Array.isArray(list.value)) {
    return hints;
  }
  for (const index of list.value.keys()) {
    const at = below(list, index);
    try {
      const parameter = await references.resolve(at);
      if (isObject(parameter.value) && parameter.value.in === 'path' && typeof parameter.value.name === 'string') {
        hints.set(cleanName(parameter.value.name), await hintOf(parameter, references, problems));
      }
    } catch (error) {
      if (!(error instanceof BadReference)) {
        throw error;
      }
      problems.warn(at, `${error.message}; what it says of a parameter is left out`);
    }
  }
  return hints;
}

/** Whether a parameter at the end of a path takes what follows too, by its name alone. */
export function takesRest(template: string): boolean {
  const last = /^\/.*[^{}/][^{}]*\/\{([^{}]+)\}$/.exec(template)?.[1];
  return last !== undefined && REST_NAMES.test(last);
}

function cleanName(name: string): string {
  return name.replace(/^[+#./;]/, '').replace(/(?:\*\*?|\.{3}|\+)$/, '');
}

async function hintOf(parameter: Located, references: References, problems: Problems): Promise<ParameterHint> {
  const given = below(parameter, 'schema');
  // In Swagger 2 the type stands in the parameter itself.
  const at = given.value === undefined ? parameter : await references.resolve(given);
  const schema = isObject(at.value) ? at.value : {};
  const hint: ParameterHint = {};
  const types = ([] as unknown[]).concat(schema.type).filter((type) => type !== 'null');
  const [type] = types;
  if (types.length === 1 && (type === 'integer' || type === 'number' || type === 'boolean')) {
    hint.type = type;
  }
  if (schema.format === 'uuid' || schema.format === 'date' || schema.format === 'date-time') {
    hint.format = schema.format;
  }
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && schema.enum.length <= MAX_ENUM) {
    hint.enum = schema.enum.map(String);
  } else if (schema.const !== undefined) {
    hint.enum = [String(schema.const)];
  }
  if (typeof schema.pattern === 'string') {
    readPattern(schema.pattern, hint, below(at, 'pattern'), problems);
  }
  const extended = isObject(parameter.value) ? parameter.value : {};
  if (extended['x-multi-segment'] === true || extended.allowReserved === true) {
    hint.slashes = true;
  }
  return hint;
}

function readPattern(pattern: string, hint: ParameterHint, at: Located, problems: Problems): void {
  try {
    const regex = new RegExp(pattern, 'u');
    if (pattern.length > MAX_PATTERN || isCostly(pattern)) {
      problems.warn(at, `the pattern ${JSON.stringify(pattern.slice(0, 80))} may take very long and is left out`);
      return;
    }
    hint.pattern = pattern;
    if (regex.test('a/b') && /^\^.*\$$/s.test(pattern)) {
      hint.slashes = true;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.warn(at, `the pattern is left out, it is no regular expression of JavaScript (${why.replace(/\.$/, '')})`);
  }
}
