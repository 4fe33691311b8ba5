import type { RequestRecord } from '../normalise';
import type { Mapping } from './mapping';

/** A line that is no row, and why. */
export class Reject {
  /** What is wrong and, where it can be told, how to mend it: a predicate, whose subject (`line 3`, `the document`) is put before it. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Makes a record of one line (without its end), or says why it cannot. */
export type LineParser = (line: string) => RequestRecord | Reject;

export interface ParserOptions {
  /** A mapping file, for the formats that take one. */
  mapping?: Mapping;
  /** Lines from the beginning of the source, for what a format learns from it (a header, a variant). */
  sample: readonly string[];
}

interface Parsing {
  /** The time the log has is that of the end of the request. */
  timeIsEnd?: boolean;
  /** Fields that a mapping names and no record has had so far. */
  missing?: () => string[];
}

/** How a format’s text falls into records. */
export type Framing = Parsing &
  (
    | { kind: 'lines'; parse: LineParser }
    /** Records may span lines: a line end in quotes does not end one. With `header` the first record is no row. */
    | { kind: 'delimited'; delimiter: string; quote: string | null; header: boolean; parse: FieldsParser }
  );

/** Makes a record of the fields of one delimited line. */
export type FieldsParser = (fields: readonly string[]) => RequestRecord | Reject;

export interface Format {
  readonly name: string;
  /** One sentence for people: what kind of log this is. */
  readonly describe: string;
  /** How sure the format is that it can read the sample: 0 (not a line fits) to 1. */
  detect(sample: readonly string[]): number;
  parser(options: ParserOptions): Framing;
  /** What was found in the sample beside the name, for people: a variant, the fields. */
  variant?(sample: readonly string[]): string | undefined;
}

/** Share of the sample’s lines that a parser makes records of which have a time and say something of a request. */
export function fittingShare(sample: readonly string[], parse: LineParser): number {
  if (sample.length === 0) {
    return 0;
  }
  let fits = 0;
  for (const line of sample) {
    const record = parse(line);
    if (!(record instanceof Reject) && record.seen && !Number.isNaN(record.time)) {
      fits++;
    }
  }
  return fits / sample.length;
}
