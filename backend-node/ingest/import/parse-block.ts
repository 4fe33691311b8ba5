import { parse as parseCsv, type CsvError } from 'csv-parse/sync';

import { decodeBytes, eachLine } from './lines';
import { parseLine, parseSafely } from './parse-line';
import { delimitedRecordEnd, type RecordEnd } from './text-blocks';
import { Reject, type Framing } from '../formats';
import { normaliseRecord, type RecordDefaults, type RequestRecord } from '../normalise';

export interface ParseBlockOptions {
  framing: Framing;
  defaults: RecordDefaults;
  /** Time of the import, µs since the epoch. */
  nowUs: number;
  /** Lines before the block. */
  before: number;
}

/**
 * Called for each line, or delimited record, with its number from 1 (of a record that spans lines that of the last), what
 * it is (a record, the reason why it is none, undefined when it is blank) and what it looks like.
 */
export type ItemVisitor = (line: number, result: RequestRecord | string | undefined, text: () => string) => void;

/** Where the records of a framing end; undefined where every line end ends one. */
export function recordEndOf(framing: Framing): RecordEnd | undefined {
  return framing.kind === 'delimited' && framing.quote !== null
    ? delimitedRecordEnd(framing.delimiter, framing.quote)
    : undefined;
}

/** What a parser made of a line, with what the import knows; or why it is no row. */
export function checkRecord(
  result: RequestRecord | Reject,
  defaults: RecordDefaults,
  nowUs: number
): RequestRecord | string {
  return result instanceof Reject ? result.reason : (normaliseRecord(result, defaults, nowUs) ?? result);
}

/** Goes through a block of whole lines. Every one is a record, a reject or blank. */
export function parseBlock(bytes: Buffer, options: ParseBlockOptions, visit: ItemVisitor): void {
  const { framing, defaults, nowUs, before } = options;
  if (framing.kind === 'delimited' && framing.quote !== null) {
    parseQuoted(bytes, { ...options, framing, quote: framing.quote }, visit);
    return;
  }
  let number = before;
  eachLine(bytes, (line) => {
    number++;
    if (line.length < 8 && line.trim() === '') {
      visit(number, undefined, () => line);
      return;
    }
    const result = checkRecord(parseLine(framing, line), defaults, nowUs);
    visit(number, typeof result === 'string' && line.trim() === '' ? undefined : result, () => line);
  });
}

function parseQuoted(
  bytes: Buffer,
  {
    framing,
    quote,
    defaults,
    nowUs,
    before,
  }: ParseBlockOptions & { framing: Extract<Framing, { kind: 'delimited' }>; quote: string },
  visit: ItemVisitor
): void {
  const { delimiter } = framing;
  const records = parseCsv(decodeBytes(bytes), {
    delimiter,
    quote,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: false,
    skip_records_with_error: true,
    info: true,
    on_skip: (error: CsvError | undefined) => {
      visit(
        before + Number(error?.lines ?? 0),
        'has a quote that is not closed',
        () => decodeBytes(bytes).split('\n', 1)[0]!
      );
    },
  }) as unknown as Array<{ record: string[]; info: { lines: number } }>;
  for (const { record: fields, info } of records) {
    const blank = fields.length === 1 && fields[0]!.trim() === '';
    const result = blank
      ? undefined
      : checkRecord(
          parseSafely(() => framing.parse(fields)),
          defaults,
          nowUs
        );
    visit(before + info.lines, result, () => fields.map((field) => quoted(field, delimiter, quote)).join(delimiter));
  }
}

/** A field as it has to be written to be read again; `csv-parse` escapes with " whatever the quote. */
function quoted(field: string, delimiter: string, quote: string): string {
  const plain = ![delimiter, quote, '\n', '\r'].some((mark) => field.includes(mark));
  return plain ? field : quote + field.replaceAll(quote, `"${quote}`) + quote;
}
