import { ApitrailError } from '@apitrail/contract';

import { detectFormat, formatNamed, type Format, type Framing, type Mapping } from '../../formats';
import { decodeBytes } from '../../import/lines';
import { parseBlock, recordEndOf } from '../../import/parse-block';
import { firstLines } from '../../import/sample';
import { BLOCK_BYTES, blocksOf } from '../../import/text-blocks';
import type { Decoded, DecodeContext, Decoder, DecodedReject } from '../../intake/decoder';
import type { RecordDefaults, RequestRecord } from '../../normalise';
import { RecordChunks } from '../../record-lines';
import { BodyBounds, boundLines } from '../shared/body-bounds';
import { mappingOf } from './line-mapping';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** Every line that is rejected is kept with the header. */
const LONGEST_HEADER = 16 * 1024;
/** Roughly what a row takes that was read the short way. */
const SHORT_ROW_BYTES = 256;
/** Roughly what a field takes while its line is read. */
const FIELD_BYTES = 8;
/** What is shown of a line that is too long to be read. */
const SHOWN_BYTES = 400;

/**
 * Lines of an import format. `params.format` is the name of one, with its description, or `auto`; a header, of formats that
 * have one, is the first line of every body. The items are the lines, counted from 0; blank ones are none.
 */
export const lineDecoder: Decoder = {
  name: 'lines',
  decode: (body, { params, receivedAt, judgedAt = receivedAt, recordsOnly }: DecodeContext): Decoded => {
    boundLines(body);
    const content = body.subarray(0, 3).equals(BOM) ? body.subarray(3) : body;
    const { format, framing } = framingOf(content, params.format ?? 'auto', params.map);
    const defaults = {
      source: params.source ?? format.name,
      ...(params.service === undefined ? {} : { service: params.service }),
      ...(params.environment === undefined ? {} : { environment: params.environment }),
      ...(params.timeIsEnd === undefined
        ? framing.timeIsEnd === undefined
          ? {}
          : { timeIsEnd: framing.timeIsEnd }
        : { timeIsEnd: params.timeIsEnd === 'true' }),
    };
    let header = '';
    let lines = 0;
    let rest = content;
    if (framing.kind === 'delimited' && framing.header) {
      const end = content.indexOf(10) + 1;
      if (end > LONGEST_HEADER) {
        throw new ApitrailError('APITRAIL_BAD_BODY', `The header is longer than ${LONGEST_HEADER} bytes.`, {
          where: 'header',
        });
      }
      rest = content.subarray(end > 0 ? end : content.length);
      header = decodeBytes(content.subarray(0, end));
      lines = 1;
    }
    // A line by itself may look like another format than its body, or like none.
    const found =
      params.format === undefined || params.format === 'auto' ? { ...params, format: format.name } : undefined;
    const items = new LineItems(header, found);
    const short =
      !recordsOnly && isRecordLines(format, params)
        ? readShort(content, items, { framing, defaults, nowUs: judgedAt })
        : undefined;
    if (short) {
      lines = short.lines;
      rest = content.subarray(short.end);
    }
    let overlong = '';
    for (const block of blocksOf(rest, recordEndOf(framing))) {
      if (block.kind === 'oversized') {
        overlong ||= decodeBytes(block.bytes.subarray(0, SHOWN_BYTES));
        if (block.ends) {
          items.reject(lines++, `is longer than ${BLOCK_BYTES} bytes`, overlong, true);
          overlong = '';
        }
        continue;
      }
      if (framing.kind === 'delimited') {
        items.bounds.take(fieldsIn(block.bytes, framing.delimiter) * FIELD_BYTES);
      }
      parseBlock(block.bytes, { framing, defaults, nowUs: judgedAt, before: lines }, (line, result, text) => {
        lines = line;
        items.visit(line, result, text);
      });
    }
    if (short && short.rows.count > 0) {
      items.bounds.take(short.rows.count * SHORT_ROW_BYTES);
      return { ...items.decoded, rows: short.rows };
    }
    return items.decoded;
  },
};

/** Lines of a body after which, when none was for the short way, none is tried any more. */
const TRIED_LINES = 32;

/** Whether lines may be in the record’s own names, with their own meaning. */
function isRecordLines({ name }: Format, { map, timeIsEnd }: DecodeContext['params']): boolean {
  return name === 'json' && map === undefined && timeIsEnd !== 'true';
}

/**
 * Reads the lines of a body that are for the short way, and those between them the long way, up to a line that needs more
 * care: one without an end, one too long, or the first when there are none for the short way. Gives how far it came.
 */
function readShort(
  content: Buffer,
  items: LineItems,
  { framing, defaults, nowUs }: { framing: Framing; defaults: RecordDefaults; nowUs: number }
): { rows: RecordChunks; lines: number; end: number } {
  const rows = new RecordChunks(content, defaults, nowUs);
  let lines = 0;
  let end = 0;
  // Behind the last line end there is nothing that ends what is read.
  const last = content.lastIndexOf(10);
  while (end <= last && (rows.count > 0 || lines < TRIED_LINES)) {
    const behind = rows.read(end);
    if (behind !== undefined) {
      lines++;
      end = behind;
      continue;
    }
    const next = content.indexOf(10, end) + 1;
    if (next - end > BLOCK_BYTES) {
      break;
    }
    const options = { framing, defaults, nowUs, before: lines };
    parseBlock(content.subarray(end, next), options, (line, result, text) => items.visit(line, result, text));
    lines++;
    end = next;
  }
  return { rows, lines, end };
}

/** How often a delimiter occurs, which is about how many fields there are. */
function fieldsIn(bytes: Buffer, delimiter: string): number {
  const code = delimiter.charCodeAt(0);
  let fields = 0;
  for (let at = 0; at < bytes.length; at++) {
    fields += bytes[at] === code ? 1 : 0;
  }
  return fields;
}

class LineItems {
  readonly bounds = new BodyBounds();
  private readonly records: RequestRecord[] = [];
  private readonly indexes: number[] = [];
  private readonly rejects: DecodedReject[] = [];

  /** `params` are what the lines are to be read again with, when not what the body came with. */
  constructor(
    private readonly header: string,
    private readonly params: DecodedReject['params']
  ) {}

  /** Takes what was made of a line, counted from 1. */
  visit(line: number, result: RequestRecord | string | undefined, text: () => string): void {
    if (typeof result === 'string') {
      this.reject(line - 1, result, text());
    } else if (result) {
      this.record(line - 1, result);
    }
  }

  record(index: number, record: RequestRecord): void {
    this.bounds.record(record);
    this.records.push(record);
    this.indexes.push(index);
  }

  /** With the header, without which the line cannot be read again. */
  reject(index: number, reason: string, text: string, cut = false): void {
    this.bounds.reject(this.header.length + text.length);
    // Its last line end is part of a record: without it, a quoted field of many lines is none.
    const whole = this.header === '' ? text : `${this.header}${text}\n`;
    const { params } = this;
    this.rejects.push({ index, reason, text: whole, ...(cut ? { cut } : {}), ...(params ? { params } : {}) });
  }

  get decoded(): Decoded {
    const { records, indexes, rejects, bounds } = this;
    return { records, indexes, rejects, memory: bounds.memory };
  }
}

function framingOf(content: Buffer, name: string, map: string | undefined): { format: Format; framing: Framing } {
  const mapping = map === undefined ? undefined : mappingOf(map, name);
  let lines: string[] | undefined;
  const options = {
    // Most formats never look at it.
    get sample() {
      return (lines ??= firstLines(content));
    },
    ...(mapping ? { mapping } : {}),
  };
  const format = name === 'auto' ? detected(options.sample, mapping) : formatNamed(name);
  return { format, framing: format.parser(options) };
}

function detected(sample: readonly string[], mapping: Mapping | undefined): Format {
  // No line, nothing to tell a format by, and nothing to read.
  const found = sample.length === 0 ? formatNamed('json') : detectFormat(sample, mapping)?.format;
  if (!found) {
    throw new ApitrailError(
      'APITRAIL_BAD_BODY',
      'None of the formats that are known fits a line of the body. Name its format: /ingest/<format>.'
    );
  }
  return found;
}
