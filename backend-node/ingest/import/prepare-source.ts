import { ApitrailError } from '@apitrail/contract';

import type { ByteSource } from './byte-source';
import { eachLine } from './lines';
import { splitFields } from './read-text';
import { detectFormat, formatNamed, Reject, type Format, type Framing, type Mapping } from '../formats';

const SAMPLE_LINES = 1000;
const MAPPABLE = new Set(['json', 'csv', 'tsv']);

/** A source whose format is known. */
export interface PreparedSource {
  source: ByteSource;
  format: Format;
  framing: Framing;
  /** What to say of the format: its name and what else was found. */
  found: string;
  /** Time of the first row among the first lines, µs; infinite when there is none. Rotated logs are taken in this order. */
  firstTime: number;
}

/** The first lines of a source, empty ones left out; the last only when it is sure to be whole. */
export function sampleLines(source: ByteSource): string[] {
  const bom = source.head.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const end = source.headIsAll ? source.head.length : source.head.lastIndexOf(10) + 1;
  const lines: string[] = [];
  eachLine(source.head.subarray(bom, end), (line) => {
    if (lines.length < SAMPLE_LINES && line.trim() !== '') {
      lines.push(line);
    }
  });
  return lines;
}

/**
 * Settles the format of a source: the one that is named, or for `auto` the one that fits its first lines best. Throws
 * APITRAIL_NOTHING_FITS when none does.
 */
export function prepareSource(source: ByteSource, wanted: string, mapping: Mapping | undefined): PreparedSource {
  const sample = sampleLines(source);
  const { label } = source.input;
  const found = wanted === 'auto' ? detectFormat(sample, mapping) : { format: formatNamed(wanted), confidence: 1 };
  if (!found) {
    throw new ApitrailError(
      'APITRAIL_NOTHING_FITS',
      `${label}: none of the formats that are known fits one of its first ${sample.length} lines; nothing was imported from it. ` +
        "Describe its format: --format nginx:'…', --format apache:'…', or --map FILE for JSON, CSV and Parquet.",
      { where: label }
    );
  }
  const { format } = found;
  if (mapping && !MAPPABLE.has(format.name)) {
    throw new ApitrailError(
      'APITRAIL_BAD_MAPPING',
      `A mapping goes with json, csv, tsv and parquet; ${label} is read as ${format.name}.`,
      { where: label }
    );
  }
  const options = { sample, ...(mapping ? { mapping } : {}) };
  const variant = 'variant' in found ? found.variant : undefined;
  return {
    source,
    format,
    framing: format.parser(options),
    found: variant ? `${format.name} ${variant}` : format.name,
    firstTime: firstTimeOf(sample, format.parser(options)),
  };
}

function firstTimeOf(sample: readonly string[], framing: Framing): number {
  const lines = framing.kind === 'delimited' && framing.header ? sample.slice(1) : sample;
  for (const line of lines) {
    const record =
      framing.kind === 'lines'
        ? framing.parse(line)
        : framing.parse(splitFields(line, framing.delimiter, framing.quote));
    if (!(record instanceof Reject) && !Number.isNaN(record.time)) {
      return record.time;
    }
  }
  return Infinity;
}
