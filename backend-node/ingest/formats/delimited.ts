import { ApitrailError } from '@apitrail/contract';
import { parse as parseCsv } from 'csv-parse/sync';

import { Reject, type Format, type Framing, type ParserOptions } from './format';
import { fieldSink } from './json';
import { knownFields } from './known-fields';
import { RequestRecord } from '../normalise/request-record';
import { storableText } from '../normalise/values';

/** Names in a header. */
const MOST_COLUMNS = 1024;
/** Lines below a header that are tried with it; one may be the middle of a quoted field. */
const HEADER_LINES = 20;

interface Dialect {
  name: string;
  describe: string;
  delimiter: string;
  quote: string | null;
}

function delimitedFormat({ name, describe, delimiter, quote }: Dialect): Format {
  return {
    name,
    describe,
    detect: (sample) => detectHeader(sample, delimiter, quote),
    parser: (options) => framing(options, delimiter, quote),
    variant: (sample) => `fields ${splitLine(sample[0] ?? '', delimiter, quote).join(', ')}`,
  };
}

export const csv = delimitedFormat({
  name: 'csv',
  describe: 'Comma-separated values with a header, by known names or a mapping',
  delimiter: ',',
  quote: '"',
});

export const tsv = delimitedFormat({
  name: 'tsv',
  describe: 'Tab-separated values with a header, without quoting, by known names or a mapping',
  delimiter: '\t',
  quote: null,
});

function framing({ mapping, sample }: ParserOptions, delimiter: string, quote: string | null): Framing {
  const cut = mapping?.delimiter ?? delimiter;
  const quoted = mapping?.quote === undefined ? quote : mapping.quote;
  const hasHeader = mapping?.header === undefined || mapping.header === true;
  const names = Array.isArray(mapping?.header) ? mapping.header : headerNames(sample, cut, quoted, hasHeader);
  const sink = fieldSink(mapping);
  return {
    kind: 'delimited',
    delimiter: cut,
    quote: quoted,
    header: hasHeader,
    parse: (fields) => {
      if (fields.length !== names.length) {
        return new Reject(`has ${fields.length} fields where ${names.length} are named`);
      }
      const record = new RequestRecord();
      sink.begin(record);
      for (let index = 0; index < names.length; index++) {
        const value = fields[index]!;
        if (value !== '' && value !== '-') {
          sink.put(record, names[index]!, storableText(value));
        }
      }
      return record;
    },
    missing: () => sink.missing(),
  };
}

function headerNames(sample: readonly string[], delimiter: string, quote: string | null, header: boolean): string[] {
  const first = splitLine(sample[0] ?? '', delimiter, quote);
  if (!header) {
    return first.map((_, index) => String(index + 1));
  }
  if (first.length > MOST_COLUMNS) {
    throw new ApitrailError('APITRAIL_BAD_FORMAT', `The header names more than ${MOST_COLUMNS} fields.`, {
      where: 'header',
    });
  }
  const repeated = first.find((name, index) => first.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new ApitrailError('APITRAIL_BAD_FORMAT', `The header names ${JSON.stringify(repeated)} twice.`, {
      where: 'header',
    });
  }
  return first;
}

function splitLine(line: string, delimiter: string, quote: string | null): string[] {
  if (quote === null) {
    return line.split(delimiter);
  }
  try {
    const records = parseCsv(line, { delimiter, quote, relax_quotes: true }) as string[][];
    return records[0] ?? [];
  } catch {
    return [];
  }
}

/** A header is known by its names: a line below it must have a time by them, and say something of a request. */
function detectHeader(sample: readonly string[], delimiter: string, quote: string | null): number {
  const names = splitLine(sample[0] ?? '', delimiter, quote);
  const known = knownFields();
  const fields = names.filter((name) => known.has(name));
  if (fields.length < 2 || names.length > MOST_COLUMNS || new Set(names).size < names.length) {
    return 0;
  }
  const usable = framing({ sample }, delimiter, quote);
  const fits = sample.slice(1, 1 + HEADER_LINES).some((line) => {
    const record = usable.kind === 'delimited' ? usable.parse(splitLine(line, delimiter, quote)) : undefined;
    return record instanceof RequestRecord && !Number.isNaN(record.time) && record.seen;
  });
  return fits ? fields.length / names.length : 0;
}
