import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { decodeBytes, eachLine } from './lines';
import { BLOCK_BYTES, delimitedRecordEnd, textBlocks, type TextBlock } from './text-blocks';

async function blocksOf(chunks: Buffer[], recordEnd?: (bytes: Buffer) => number): Promise<TextBlock[]> {
  const source = async function* (): AsyncGenerator<Buffer> {
    yield* chunks;
  };
  const blocks: TextBlock[] = [];
  for await (const block of textBlocks(source(), recordEnd)) {
    blocks.push({ ...block, bytes: Buffer.from(block.bytes) });
  }
  return blocks;
}

/** Blocks to be compared quickly: their bytes as a hash. */
const brief = (blocks: TextBlock[]): unknown[] =>
  blocks.map((block) => ({ ...block, bytes: createHash('sha256').update(block.bytes).digest('hex') }));

const linesOf = (text: string | Buffer): string[] => {
  const lines: string[] = [];
  eachLine(Buffer.from(text), (line) => lines.push(line));
  return lines;
};
const cutAt = (content: Buffer, at: readonly number[]): Buffer[] => {
  const ends = [
    ...at.map((share) => Math.floor((share / 1000) * content.length)).sort((a, b) => a - b),
    content.length,
  ];
  return ends.map((end, index) => content.subarray(index === 0 ? 0 : ends[index - 1], end));
};

describe('blocks', () => {
  const content = Buffer.concat([
    Buffer.from('short\n'.repeat(150_000)),
    Buffer.alloc(BLOCK_BYTES * 2 + 77, 'x'),
    Buffer.from('\nafter\n'.repeat(40_000)),
    Buffer.from('tail'),
  ]);

  it('do not depend on how the content came', async () => {
    const whole = brief(await blocksOf([content]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 1000 }), { maxLength: 12 }), async (at) => {
        expect(brief(await blocksOf(cutAt(content, at)))).toEqual(whole);
      }),
      { numRuns: 20 }
    );
  });

  it('hold all of the content, lines whole, too long ones apart', async () => {
    const blocks = await blocksOf([content]);
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).equals(content)).toBe(true);
    expect(blocks.filter(({ kind }) => kind === 'lines').every(({ bytes }) => bytes.at(-1) === 10)).toBe(true);
    expect(blocks.filter((block) => block.kind === 'oversized' && block.ends)).toHaveLength(1);
    expect(blocks.at(-1)).toEqual({ kind: 'tail', bytes: Buffer.from('tail') });
  });

  it.each(['', '\n', 'a', 'a\n', 'a\nb'])('of %j end as they should', async (text) => {
    const blocks = await blocksOf([Buffer.from(text)]);
    expect(Buffer.concat(blocks.map(({ bytes }) => bytes)).toString()).toBe(text);
    expect(blocks.at(-1)?.kind).toBe(text === '' ? undefined : text.endsWith('\n') ? 'lines' : 'tail');
  });
});

describe('delimited records', () => {
  const end = (text: string): string => text.slice(0, delimitedRecordEnd(',', '"')(Buffer.from(text)));
  it.each([
    ['a,b\nc', 'a,b\n'],
    ['a,"b\nc",d\ne', 'a,"b\nc",d\n'],
    ['a,"b\nc', ''],
    ['a,"b""\nc",d\n', 'a,"b""\nc",d\n'],
    ['a,5" disk\nb\n', 'a,5" disk\nb\n'],
    ['x,"open\ny,1\nz,"open\nw,2\n', ''],
    ['x,"open\ny,"closed"\n', ''],
    ['x,1\ny,"two\nlines"\nz,"open\nw,"open\n', 'x,1\ny,"two\nlines"\n'],
    ['x,"a"b"\ny,1\n', 'x,"a"b"\ny,1\n'],
    ['x,"two\r\nlines"\r\ny,"in ""quotes""\nhere"\n', 'x,"two\r\nlines"\r\ny,"in ""quotes""\nhere"\n'],
  ])('%j ends at %j', (text, expected) => {
    expect(end(text)).toBe(expected);
  });
});

describe('a quote that is not closed', () => {
  const blocks = async (text: string): Promise<string[]> =>
    (await blocksOf([Buffer.from(text)], delimitedRecordEnd(',', '"'))).map(({ kind, bytes }) => `${kind} ${bytes}`);

  it('sets its line apart, and what follows goes on', async () => {
    expect(await blocks('a,b\nc,"d\ne,f\ng,h\nj')).toEqual([
      'lines a,b\n',
      'lines c,"d\n',
      'lines e,f\ng,h\n',
      'tail j',
    ]);
  });

  it('is one that closes only a thousand lines later', async () => {
    const found = await blocks(`a,"b\n${'c,d\n'.repeat(1001)}e,"f"\n`);
    expect(found[0]).toBe('lines a,"b\n');
    expect(found.join('').match(/c,d\n/g)).toHaveLength(1001);
  });

  it('sets its line apart where many whole lines come behind it', async () => {
    const found = await blocks(`a,"b\n${'c,d\n'.repeat(BLOCK_BYTES / 2)}`);
    expect(found[0]).toBe('lines a,"b\n');
    expect(found.join('').match(/c,d\n/g)).toHaveLength(BLOCK_BYTES / 2);
  });

  it('ends on text in which every line opens one', async () => {
    expect((await blocks('a,"b""\n'.repeat(20_000))).length).toBeGreaterThan(1);
  });
});

describe('lines', () => {
  it('lose their ends, CRLF too', () => {
    expect(linesOf('a\r\nb\n\nc')).toEqual(['a', 'b', '', 'c']);
  });

  it('lose every carriage return before their ends, and no other', () => {
    expect(linesOf('a\rb\r\r\n\r\r\nc\r\r')).toEqual(['a\rb', '', 'c']);
  });

  it('lose NULs before them and show others', () => {
    expect(linesOf('\0\0a\0b\n\0\0\n')).toEqual(['a\\x00b', '']);
  });

  it('show bytes that are not UTF-8, line by line', () => {
    const bytes = Buffer.concat([
      Buffer.from('é\n'),
      Buffer.from([0x61, 0xe9, 0x62, 0xf0, 0x9f, 0x98, 0x80, 0xff, 10]),
    ]);
    expect(linesOf(bytes)).toEqual(['é', 'a\\xE9b😀\\xFF']);
  });

  it('of valid UTF-8 come through as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeBytes(Buffer.from(text)) === text.toWellFormed())
    );
  });
});
