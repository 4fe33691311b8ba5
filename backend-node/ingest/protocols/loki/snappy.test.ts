import fc from 'fast-check';

import { unsnappy } from './snappy';

const { compress } = jest.requireActual<{ compress: (plain: Buffer) => Buffer }>('snappyjs');

describe('snappy', () => {
  it('undoes what is compressed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.nat(50), (bytes, times) => {
        const plain = Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes)));
        expect(unsnappy(compress(plain), plain.length).equals(plain)).toBe(true);
      })
    );
  });

  it('refuses whatever else in good time', () => {
    const good = compress(Buffer.from('a line of a log\n'.repeat(20)));
    const damaged = fc
      .tuple(fc.nat(good.length), fc.nat(5), fc.uint8Array({ maxLength: 20 }))
      .map(([at, cut, bytes]) => Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + cut)]));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          damaged
        ),
        (body) => {
          try {
            expect(unsnappy(body, 10_000).length).toBeLessThanOrEqual(10_000);
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^APITRAIL_(BAD_BODY|BODY_TOO_LARGE)$/);
          }
        }
      ),
      { numRuns: 3000 }
    );
  });

  it.each([
    ['a length beyond the limit', [0xff, 0xff, 0xff, 0xff, 0x0f, 0], 'APITRAIL_BODY_TOO_LARGE'],
    ['a length that so few bytes cannot make', [0x80, 0x80, 0x80, 0x08, 0, 1], 'APITRAIL_BAD_BODY'],
    ['a length without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'APITRAIL_BAD_BODY'],
    ['a literal whose length is negative as a signed number', [4, 0xfc, 0xfa, 0xff, 0xff, 0xff], 'APITRAIL_BAD_BODY'],
    ['a copy from before the beginning', [4, 0, 1, 0x05, 9], 'APITRAIL_BAD_BODY'],
    ['less than it declares', [4, 0, 1], 'APITRAIL_BAD_BODY'],
    ['nothing', [], 'APITRAIL_BAD_BODY'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => unsnappy(Buffer.from(bytes), 64 * 2 ** 20)).toThrow(expect.objectContaining({ code }));
  });
});
