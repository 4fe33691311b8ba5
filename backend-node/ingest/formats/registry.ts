import { ApitrailError } from '@apitrail/contract';

import { apacheFormat } from './apache';
import { combined, common, vhostCombined } from './clf';
import { csv, tsv } from './delimited';
import type { Format } from './format';
import { json } from './json';
import { nginxFormat } from './nginx';

/** The formats that have a name of their own, in the order in which they win when they fit a sample equally well. */
export const FORMATS: readonly Format[] = [json, common, combined, vhostCombined, csv, tsv];

/** Names `--format` takes, for help and messages. */
export const FORMAT_NAMES = [
  'auto',
  ...FORMATS.map((format) => format.name),
  'parquet',
  "nginx:'<log_format>'",
  "apache:'<LogFormat>'",
];

/** Other names people know a format by. */
const SYNONYMS: Record<string, string> = {
  ndjson: 'json',
  jsonl: 'json',
  'nginx-json': 'json',
  clf: 'common',
  nginx: 'combined',
  apache: 'combined',
};

/** The format of a name, or of a format string after `nginx:` or `apache:`. Throws APITRAIL_BAD_FORMAT. */
export function formatNamed(name: string): Format {
  const described = /^(nginx|apache):([\s\S]+)$/.exec(name);
  if (described) {
    const text = described[2]!;
    const plain = FORMATS.find((format) => format.name === text.trim());
    return plain ?? (described[1] === 'nginx' ? nginxFormat(text) : apacheFormat(text));
  }
  const wanted = SYNONYMS[name] ?? name;
  const format = FORMATS.find((candidate) => candidate.name === wanted);
  if (!format) {
    throw new ApitrailError(
      'APITRAIL_BAD_FORMAT',
      `There is no format ${name}. Formats are: ${FORMAT_NAMES.join(', ')}.`,
      {
        where: 'format',
      }
    );
  }
  return format;
}
