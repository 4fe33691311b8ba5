import { ApitrailError } from '@apitrail/contract';

import { FORMATS, formatNamed } from '../../formats';
import { mappingOf } from './line-mapping';
import type { ProtocolRequest } from '../protocol';

/** Formats that a description completes: `nginx:'<log_format>'` of the command line is `/ingest/nginx?format=<log_format>`. */
const DESCRIBED = new Set(['nginx', 'apache']);
const KNOWN = ['format', 'service', 'environment', 'source', 'timeIsEnd', 'map', 'rejects'];
const BOOLEANS: Record<string, string> = { true: 'true', '1': 'true', false: 'false', '0': 'false' };

/**
 * What the address says of the lines, as the write-ahead log keeps it: `format` with its description, `service`,
 * `environment`, `source` (the name of the log), `timeIsEnd` and `map` (a mapping as JSON). Throws an ApitrailError that names what is wrong and what would be right.
 */
export function lineParams({ params, query }: Pick<ProtocolRequest, 'params' | 'query'>): Record<string, string> {
  const unknown = Object.keys(query).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_FIELD',
      `There is no parameter ${JSON.stringify(unknown.slice(0, 64))}. Parameters are: ${KNOWN.join(', ')}.`,
      { where: 'query' }
    );
  }
  const kept: Record<string, string> = { format: formatOf(params.format ?? '', query.format) };
  for (const name of ['service', 'environment', 'source'] as const) {
    if (query[name]) {
      kept[name] = query[name];
    }
  }
  if (query.timeIsEnd !== undefined) {
    const value = BOOLEANS[query.timeIsEnd];
    if (value === undefined) {
      throw new ApitrailError('APITRAIL_BAD_VALUE', 'timeIsEnd must be true or false.', { where: 'timeIsEnd' });
    }
    kept.timeIsEnd = value;
  }
  if (query.map !== undefined) {
    mappingOf(query.map, kept.format!);
    kept.map = query.map;
  }
  if (query.rejects !== undefined && query.rejects !== 'keep') {
    throw new ApitrailError('APITRAIL_BAD_VALUE', 'rejects can only be keep.', { where: 'rejects' });
  }
  return kept;
}

function formatOf(name: string, description: string | undefined): string {
  if (description !== undefined) {
    if (!DESCRIBED.has(name)) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        'The parameter format describes lines of /ingest/nginx (a log_format) or /ingest/apache (a LogFormat).',
        { where: 'format' }
      );
    }
    const described = `${name}:${description}`;
    formatNamed(described);
    return described;
  }
  const unfit = name === 'parquet' || name.includes(':');
  if (!unfit && (name === 'auto' || isKnown(name))) {
    return name;
  }
  throw new ApitrailError(
    'APITRAIL_BAD_FORMAT',
    `There is no /ingest/${name.slice(0, 64)}. Formats of lines are: ${FORMATS.map((format) => format.name).join(', ')}, ndjson, ` +
      'auto, nginx?format=<log_format> and apache?format=<LogFormat>, the last two percent-encoded. Parquet goes through `apitrail import`.',
    { where: 'format' }
  );
}

function isKnown(name: string): boolean {
  try {
    formatNamed(name);
    return true;
  } catch {
    return false;
  }
}
