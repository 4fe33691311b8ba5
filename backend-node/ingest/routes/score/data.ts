import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { LabelledRow } from './metrics';

/** The labelled files named, or those in the folders named: `*.ndjson` and `*.ndjson.gz`, sorted by name. */
export function labelledFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => /\.ndjson(\.gz)?$/.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path]
  );
}

/** The rows of one labelled file. */
export function readLabelled(file: string): LabelledRow[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as LabelledRow);
}
