import type { RequestRecord } from '../../normalise';

/** Lower-case hexadecimal; undefined where there is none, null where what was sent cannot be one. */
export type Id = string | undefined | null;

const ZEROS = /^0*$/;

/** An id of `digits` hexadecimal digits; one of zeros stands for none. */
export function idOf(text: string, digits: 16 | 32): Id {
  if (text === '') {
    return undefined;
  }
  const id = text.toLowerCase();
  if (id.length !== digits || !/^[0-9a-f]+$/.test(id)) {
    return null;
  }
  return id.startsWith('00000000') && ZEROS.test(id) ? undefined : id;
}

/** The same of bytes, between `start` and `end`. */
export function idOfBytes(bytes: Buffer, start: number, end: number, length: 8 | 16): Id {
  if (end - start !== length) {
    return end === start ? undefined : null;
  }
  const id = bytes.toString('hex', start, end);
  return bytes[start] === 0 && ZEROS.test(id) ? undefined : id;
}

/** Puts the ids of trace and span into a record; those that cannot be ids are noted as unusable. */
export function setIds(record: RequestRecord, { traceId, spanId }: { traceId: Id; spanId: Id }): void {
  if (traceId) {
    record.trace_id = traceId;
  } else if (traceId === null) {
    record.dropValue('trace_id');
  }
  if (spanId) {
    record.span_id = spanId;
  } else if (spanId === null) {
    record.dropValue('span_id');
  }
}
