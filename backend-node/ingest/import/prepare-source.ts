import { ApitrailError } from '@apitrail/contract';

import type { ByteSource } from './byte-source';
import { parseLine } from './parse-line';
import { headSample, scanSource } from './sample';
import { splitFields } from './split-fields';
import { detectFormat, formatNamed, Reject, type Detection, type Format, type Framing, type Mapping } from '../formats';
import { knownFields } from '../formats/known-fields';

const DELIMITED = new Set(['csv', 'tsv']);
const MAPPABLE = new Set(['json', ...DELIMITED]);

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

export interface PrepareOptions {
  /** `auto`, or the name of a format. */
  wanted: string;
  mapping: Mapping | undefined;
  /** A last line without a line end may be cut and says nothing. */
  cutEnd: boolean;
  /** Folder for a stream that must be read more than once. */
  workFolder: string;
  /** Called again and again in a long search; may throw to end it. */
  atBlock: () => void;
}

interface Found extends Detection {
  sample: string[];
}

/**
 * Settles the format of a source: the one that is named, or for `auto` the one that fits its first lines best; when none
 * does, lines further on are tried until one fits. Gives undefined for a source without a line. Throws
 * APITRAIL_NOTHING_FITS when there are lines and no format fits one of them.
 */
export async function prepareSource(given: ByteSource, options: PrepareOptions): Promise<PreparedSource | undefined> {
  const { wanted, mapping } = options;
  const { label } = given.input;
  const detect = (sample: string[]): Found | undefined => {
    const found = wanted === 'auto' ? detectSafely(sample, mapping) : { format: formatNamed(wanted), confidence: 1 };
    return found && { ...found, sample };
  };
  const head = headSample(given, options.cutEnd);
  let source = given;
  let found = head.length > 0 ? detect(head) : undefined;
  if (!found) {
    source = await given.reopenable(options.workFolder);
    const further = await search(source, options, detect);
    if (further === undefined) {
      return undefined;
    }
    found = further;
  }
  const { format, sample, variant } = found;
  if (mapping && !MAPPABLE.has(format.name)) {
    throw new ApitrailError(
      'APITRAIL_BAD_MAPPING',
      `A mapping goes with json, csv, tsv and parquet; ${label} is read as ${format.name}.`,
      { where: label }
    );
  }
  const parserOptions = { sample, ...(mapping ? { mapping } : {}) };
  return {
    source,
    format,
    framing: format.parser(parserOptions),
    found: variant ? `${format.name} ${variant}` : format.name,
    firstTime: firstTimeOf(sample, format.parser(parserOptions)),
  };
}

/** Looks through all of a source for lines that a format fits; undefined when there are no lines. */
async function search(
  source: ByteSource,
  { wanted, mapping, cutEnd, atBlock }: PrepareOptions,
  detect: (sample: string[]) => Found | undefined
): Promise<Found | undefined> {
  const scan = scanSource(source, cutEnd, atBlock);
  let first: string[] | undefined;
  for await (const sample of scan.samples()) {
    const found = detect(sample);
    // The header of delimited text is its first line or none.
    if (found && (first === undefined || mapping || wanted !== 'auto' || !DELIMITED.has(found.format.name))) {
      return found;
    }
    first ??= sample;
  }
  const byHeader = first && headerFormat(first[0]!);
  if (first && byHeader) {
    return { format: byHeader, confidence: 0, sample: first };
  }
  const { label } = source.input;
  const damage = scan.damage();
  if (!first && damage) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${label} ${damage.message}; there is no line before that.`, {
      where: label,
      cause: damage,
    });
  }
  if (first || scan.overlong()) {
    throw new ApitrailError(
      'APITRAIL_NOTHING_FITS',
      `${label}: none of the formats that are known fits one of its lines; nothing was imported from it. ` +
        "Describe its format: --format nginx:'…', --format apache:'…', or --map FILE for JSON, CSV and Parquet.",
      { where: label }
    );
  }
  return undefined;
}

/** What `auto` finds. A line that a parser fails on fits nothing; the others count. */
function detectSafely(sample: string[], mapping: Mapping | undefined): Detection | undefined {
  try {
    return detectFormat(sample, mapping);
  } catch (error) {
    if (error instanceof ApitrailError) {
      throw error;
    }
    return detectFormat(
      sample.filter((line) => isReadable(line)),
      mapping
    );
  }
}

function isReadable(line: string): boolean {
  try {
    detectFormat([line]);
    return true;
  } catch {
    return false;
  }
}

/** The delimited format whose header a line is by its names, whether or not rows follow that fit. */
function headerFormat(line: string): Format | undefined {
  const known = knownFields();
  const isHeader = (names: string[]): boolean =>
    new Set(names).size === names.length && names.filter((name) => known.has(name)).length >= 2;
  return isHeader(splitFields(line, ',', '"'))
    ? formatNamed('csv')
    : isHeader(splitFields(line, '\t', null))
      ? formatNamed('tsv')
      : undefined;
}

function firstTimeOf(sample: readonly string[], framing: Framing): number {
  const lines = framing.kind === 'delimited' && framing.header ? sample.slice(1) : sample;
  for (const line of lines) {
    const record = parseLine(framing, line);
    if (!(record instanceof Reject) && !Number.isNaN(record.time)) {
      return record.time;
    }
  }
  return Infinity;
}
