import { nearest } from '@apitrail/contract';

import type { DeclaredOperation, ParameterHint } from '../declared/declared-route';
import { serverBasePaths } from './base-paths';
import { parameterHints } from './parameters';
import { below, isObject, kindOf, type Located, type Problems } from './problems';
import { BadReference, type References } from './references';
import type { RouteCollector } from './route-collector';
import { templateFault } from './template';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];
const FIELDS = ['$ref', 'summary', 'description', 'servers', 'parameters', 'additionalOperations'];
const MAX_OPERATION_ID = 200;

export interface PathItemContext {
  references: References;
  problems: Problems;
  collector: RouteCollector;
  /** Base paths of the document. */
  basePaths: readonly string[];
  /** Whether they go before those of paths and operations. */
  fixed: boolean;
}

/** Reads one entry of `paths` into the collector. */
export async function readPathItem(path: string, at: Located, context: PathItemContext): Promise<void> {
  const { problems, references, collector } = context;
  const fault = templateFault(path);
  if (fault !== undefined) {
    problems.fault(at, fault, 'key');
    return;
  }
  const item = await followed(at, context);
  if (item === undefined) {
    return;
  }
  if (!isObject(item.value)) {
    problems.fault(at, `a path has methods, as in ${path}: { get: … }; here it is ${kindOf(item.value)}`);
    return;
  }
  const shared = await parameterHints(item, references, problems);
  const bases = basesOf(item, context) ?? context.basePaths;
  for (const [method, operation] of operationsOf(item, problems)) {
    if (!isObject(operation.value)) {
      problems.fault(operation, `an operation is a map, here it is ${kindOf(operation.value)}`, 'key');
      continue;
    }
    const own = await parameterHints(operation, references, problems);
    collector.add({
      path,
      at,
      basePaths: basesOf(operation, context) ?? bases,
      method,
      operation: readOperation(operation.value),
      hints: new Map<string, ParameterHint>([...shared, ...own]),
    });
  }
}

async function followed(at: Located, { references, problems }: PathItemContext): Promise<Located | undefined> {
  try {
    return await references.resolve(at);
  } catch (error) {
    if (!(error instanceof BadReference)) {
      throw error;
    }
    problems.fault(below(at, '$ref'), error.message);
    return undefined;
  }
}

function basesOf(at: Located, { problems, fixed }: PathItemContext): string[] | undefined {
  return fixed ? undefined : serverBasePaths(at, problems);
}

/** The operations of a path item, by method in capitals. */
function operationsOf(item: Located, problems: Problems): Array<[string, Located]> {
  const found: Array<[string, Located]> = [];
  for (const key of Object.keys(item.value as object)) {
    if (METHODS.includes(key.toLowerCase())) {
      found.push([key.toUpperCase(), below(item, key)]);
    } else if (!FIELDS.includes(key) && !key.startsWith('x-')) {
      const guess = nearest(key, METHODS);
      problems.warn(below(item, key), `${key} is no method${guess ? `, maybe ${guess}` : ''}; it is left out`, 'key');
    }
  }
  const more = below(item, 'additionalOperations');
  for (const key of isObject(more.value) ? Object.keys(more.value) : []) {
    found.push([key.toUpperCase(), below(more, key)]);
  }
  return found;
}

function readOperation(value: Record<string, unknown>): DeclaredOperation {
  const { operationId, deprecated, responses } = value;
  const errors = isObject(responses) ? Object.keys(responses).filter((code) => /^4(?:\d\d|XX)$/i.test(code)) : [];
  return {
    ...(typeof operationId === 'string' ? { operationId: operationId.slice(0, MAX_OPERATION_ID) } : {}),
    ...(deprecated === true ? { deprecated } : {}),
    ...(errors.length > 0 ? { errors: errors.map((code) => code.toUpperCase()).sort() } : {}),
  };
}
