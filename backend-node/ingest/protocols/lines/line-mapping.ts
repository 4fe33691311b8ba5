import { ApitrailError } from '@apitrail/contract';

import { parseMapping, type Mapping } from '../../formats';

const MAPPABLE = new Set(['json', 'ndjson', 'jsonl', 'nginx-json', 'csv', 'tsv', 'auto']);
const REMEMBERED = 64;
const known = new Map<string, Mapping>();

/** The mapping of a parameter `map`, which is JSON of what `--map` takes. Throws APITRAIL_BAD_MAPPING. */
export function mappingOf(text: string, format: string): Mapping {
  if (!MAPPABLE.has(format)) {
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `A mapping goes with json, csv and tsv, not with ${format}.`, {
      where: 'map',
    });
  }
  let mapping = known.get(text);
  if (!mapping) {
    mapping = parseMapping(parseJson(text), 'map');
    if (known.size >= REMEMBERED) {
      known.clear();
    }
    known.set(text, mapping);
  }
  return mapping;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `map is not JSON: ${(cause as Error).message}.`, {
      where: 'map',
      cause,
    });
  }
}
