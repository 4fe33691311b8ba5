import { isDeepStrictEqual } from 'node:util';

import { ApitrailError } from '@apitrail/contract';
import fc from 'fast-check';

import { rowsOf, type Decoded, type DecodeContext, type Decoder } from '../../intake/decoder';

export interface DecoderProperties {
  decoder: Decoder;
  /** Bodies as senders send them, which are mutilated. */
  bodies: readonly Buffer[];
  params?: Readonly<Record<string, string>>;
  /** How many items a body has, counted without the decoder; undefined where only the decoder can tell. */
  items?(body: Buffer): number | undefined;
}

const RECEIVED_AT = Date.parse('2026-11-02T12:00:00Z') * 1000;

/**
 * What holds for a decoder whatever it is given: it throws nothing but an ApitrailError with a status of 4xx, it gives the
 * same again, every item is a record, a reject or ignored, every record has a time, and the text of every reject is that
 * item when it is read again. To be called in a `describe`.
 */
export function testDecoder({ decoder, bodies, params = {}, items }: DecoderProperties): void {
  const context = { params, receivedAt: RECEIVED_AT };
  const decode = (body: Buffer): Decoded | undefined => {
    try {
      return decoder.decode(body, context);
    } catch (error) {
      if (error instanceof ApitrailError && error.status >= 400 && error.status < 500) {
        return undefined;
      }
      throw error;
    }
  };
  const holds = (body: Buffer): void => {
    const kept = Buffer.from(body);
    const decoded = decode(body);
    if (!body.equals(kept)) {
      throw new Error('The decoder changed the body.');
    }
    if (!isDeepStrictEqual(decode(body), decoded)) {
      throw new Error('Decoding again gives something else.');
    }
    if (decoded) {
      checkDecoded(decoded, items?.(body));
      if (params.format !== 'auto') {
        checkRejects(decoder, decoded, context);
      }
    }
  };

  test('bodies as senders send them', () => {
    for (const body of bodies) {
      holds(body);
      const decoded = decode(body);
      expect(decoded && rowsOf(decoded)).toBeGreaterThan(0);
    }
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => holds(Buffer.from(bytes))),
      { numRuns: 400 }
    );
  });

  test('bodies that were cut, changed, repeated and mixed', () => {
    fc.assert(fc.property(mutilated(bodies), holds), { numRuns: 600 });
  });

  test('every way of cutting a body short', () => {
    for (const body of bodies) {
      const step = Math.max(1, Math.floor(body.length / 400));
      for (let length = 0; length < body.length; length += step) {
        holds(body.subarray(0, length));
      }
    }
  });
}

/** Dead letters are tried again from their text alone: it is the same item still. */
function checkRejects(decoder: Decoder, { rejects }: Decoded, context: DecodeContext): void {
  for (const { text, cut } of rejects) {
    if (cut) {
      continue;
    }
    const again = decoder.decodeItem?.(text, context) ?? decoder.decode(Buffer.from(text), context);
    if (again.records.length > 0 || again.rejects.length !== 1 || again.rejects[0]!.text !== text) {
      throw new Error(`A reject is another thing when it is read again: ${JSON.stringify({ text, again })}`);
    }
  }
}

function checkDecoded({ records, rows, indexes, rejects, ignored = 0, ids }: Decoded, items: number | undefined): void {
  for (const record of records) {
    if (!Number.isInteger(record.time) || !record.seen) {
      throw new Error('A record has no time, or is of no request.');
    }
  }
  for (const aligned of [indexes, ids]) {
    if (aligned && aligned.length !== records.length) {
      throw new Error('Places or ids are not aligned with the records.');
    }
  }
  const places = [...(indexes ?? []), ...rejects.map(({ index }) => index)];
  if (indexes && new Set(places).size !== places.length) {
    throw new Error('An item is two things at once.');
  }
  const accounted = records.length + (rows?.count ?? 0) + rejects.length + ignored;
  if (items !== undefined && accounted !== items) {
    throw new Error(`${items} items were sent and ${accounted} are accounted for.`);
  }
  const wordless = rejects.find(({ reason }) => reason === '' || reason.length > 500);
  if (wordless) {
    throw new Error('A reject does not say why, or says too much.');
  }
}

function mutilated(bodies: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const body = fc.constantFrom(...bodies);
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('flip' as const), at: place, byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant('insert' as const), at: place, bytes: inserted() }),
    fc.record({ kind: fc.constant('repeat' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('mix' as const), at: place, other: body })
  );
  return fc.tuple(body, fc.array(change, { minLength: 1, maxLength: 4 })).map(([start, changes]) =>
    changes.reduce((bytes: Buffer, step) => {
      const at = Math.floor(step.at * bytes.length);
      const head = bytes.subarray(0, at);
      switch (step.kind) {
        case 'cut':
          return Buffer.concat([head, bytes.subarray(Math.max(at, Math.floor(step.to * bytes.length)))]);
        case 'flip':
          return Buffer.concat([head, Buffer.from([step.byte]), bytes.subarray(at + 1)]);
        case 'insert':
          return Buffer.concat([head, step.bytes, bytes.subarray(at)]);
        case 'repeat':
          return Buffer.concat([bytes, bytes.subarray(at, Math.max(at, Math.floor(step.to * bytes.length)))]);
        case 'mix':
          return Buffer.concat([head, step.other.subarray(Math.floor(step.at * step.other.length))]);
      }
    }, Buffer.from(start))
  );
}

/** What breaks readers: deep nesting, odd values, bytes that are no text, line ends, wrong types. */
function inserted(): fc.Arbitrary<Buffer> {
  const texts = [
    ...['['.repeat(3000), '{"a":'.repeat(2000), '\n', '\r\n', '\0', '"', '\\', '\ud800', '1e999', '-0', '{}', '[]'],
    ...[
      'null',
      '"\\u0000"',
      '__proto__',
      '"constructor":{}',
      '99999999999999999999',
      ',',
      '{"__proto__":{"status":1}}',
    ],
  ];
  return fc.oneof(
    fc.constantFrom(...texts).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc.jsonValue({ maxDepth: 3 }).map((value) => Buffer.from(JSON.stringify(value)))
  );
}
