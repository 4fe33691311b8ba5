import { cp, readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as fc from 'fast-check';

import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { openWal, replayed } from './testing/open-wal';

jest.setTimeout(120_000);

type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'release'; back: number }
  | { do: 'reopen' }
  | { do: 'crash'; torn: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      sizes: fc.array(fc.nat(700), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.nat(60) }) }
);
const steps = fc.array(step, { minLength: 1, maxLength: 25 });

const options = { segmentBytes: 2_000 };
const segments = async (directory: string) => (await readdir(directory)).filter((name) => name.endsWith('.wal')).sort();
const newest = async (directory: string) => join(directory, (await segments(directory)).at(-1)!);

/** Does the steps, and gives what must be in the log after them: entries by number, and how far they were released. */
async function play(directory: string, script: readonly Step[]) {
  const entries: Record<number, string> = {};
  let released = 0;
  let wal = await openWal(directory, options);
  for (const each of script) {
    if (each.do === 'append') {
      const payloads = each.sizes.map((size, index) => Buffer.alloc(size, 97 + ((size + index) % 26)));
      const seqs = await Promise.all(payloads.map((payload) => wal.append([payload])));
      seqs.forEach((seq, index) => (entries[seq] = payloads[index]!.toString('latin1')));
    } else if (each.do === 'release') {
      released = Math.max(released, wal.durableSeq - each.back);
      await wal.release(released);
    } else {
      await wal.close();
      if (each.do === 'crash' && (await segments(directory)).length > 0) {
        // What a process that was killed had begun to write: not acknowledged, and not whole.
        const file = await newest(directory);
        await writeFile(file, Buffer.concat([await readFile(file), Buffer.alloc(each.torn, 0xa5)]));
      }
      wal = await openWal(directory, options);
    }
  }
  await wal.close();
  const kept = Object.fromEntries(Object.entries(entries).filter(([seq]) => Number(seq) > released));
  return { kept, released, lastSeq: wal.durableSeq };
}

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await work(join(folder.path, 'wal'));
  } finally {
    await folder.remove();
  }
}

it('keeps what was appended and not released, whatever was done in between', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (script) =>
      inFolder(async (directory) => {
        const { kept, released, lastSeq } = await play(directory, script);
        const wal = await openWal(directory, { ...options, firstSeq: released });
        expect(await replayed(wal, released)).toEqual(kept);
        expect(wal.problems).toEqual([]);
        expect(wal.durableSeq).toBe(lastSeq);
        await wal.close();
      })
    ),
    { numRuns: 60 }
  );
});

/** What must hold after something happened to the files: nothing wrong comes back, and what is missing is reported. */
async function check(
  directory: string,
  { kept, released }: { kept: Record<number, string>; released: number },
  mayLose: (seq: number) => boolean
) {
  const wal = await openWal(directory, { ...options, firstSeq: released });
  const read = await replayed(wal, released);
  for (const [seq, payload] of Object.entries(read)) {
    expect(payload).toBe(kept[Number(seq)]);
  }
  const lost = Object.keys(kept)
    .map(Number)
    .filter((seq) => !(seq in read));
  if (!lost.every(mayLose)) {
    expect({ lost, problems: wal.problems.length > 0 }).toEqual({ lost, problems: true });
  }
  const seq = await wal.append([Buffer.from('after')]);
  expect(Object.keys(read).every((each) => Number(each) < seq)).toBe(true);
  await wal.close();
  const again = await openWal(directory, { ...options, firstSeq: released });
  expect(await replayed(again, released)).toEqual({ ...read, [seq]: 'after' });
  await again.close();
  return lost;
}

/** The entries whose loss looks like that of one that was being written: the last group of the newest segment. */
async function lastGroup(directory: string, lost: { bytes: Buffer }): Promise<number> {
  const { FrameCodec } = await import('./frame');
  const { parseSegmentName, segmentKeys } = await import('./segment-header');
  const { scanSegment } = await import('./scan');
  const { key } = await import('./testing/open-wal');
  const { id } = parseSegmentName((await segments(directory)).at(-1)!)!;
  const { frames } = scanSegment(lost.bytes, new FrameCodec(id, segmentKeys(key, id).key));
  const durable = frames.at(-1)?.durable ?? 0;
  return frames.find(({ offset }) => offset >= durable)?.seq ?? Number.POSITIVE_INFINITY;
}

it('gives back nothing wrong and reports what is lost, whichever bit of whichever file flips', async () => {
  let reported = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.nat(), fc.nat(7), (script, which, where, bit) =>
      inFolder(async (directory) => {
        const model = await play(directory, script);
        const names = await segments(directory);
        fc.pre(names.length > 0);
        const path = join(directory, names[which % names.length]!);
        const bytes = await readFile(path);
        const isNewest = path === (await newest(directory));
        const tail = isNewest ? await lastGroup(directory, { bytes }) : Number.POSITIVE_INFINITY;
        bytes[where % bytes.length]! ^= 1 << bit;
        await writeFile(path, bytes);
        reported += (await check(directory, model, (seq) => seq >= tail)).length;
      })
    ),
    { numRuns: 250 }
  );
  expect(reported).toBeGreaterThan(0);
});

it('gives back nothing wrong and reports what is lost, wherever a file ends too early or is gone', async () => {
  let lost = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.nat(), fc.boolean(), (script, which, where, gone) =>
      inFolder(async (directory) => {
        const model = await play(directory, script);
        const names = await segments(directory);
        fc.pre(names.length > 0);
        const index = which % names.length;
        const path = join(directory, names[index]!);
        const isNewest = index === names.length - 1;
        await (gone ? unlink(path) : truncate(path, where % (await stat(path)).size));
        // The newest file without its end looks as it did before the end was written.
        lost += (await check(directory, model, () => isNewest)).length;
      })
    ),
    { numRuns: 250 }
  );
  expect(lost).toBeGreaterThan(0);
});

it('sets a damaged file aside, and goes on reporting it until it is removed', () =>
  inFolder(async (directory) => {
    const wal = await openWal(directory);
    for (const text of ['a', 'b', 'c']) {
      await wal.append([Buffer.from(text)]);
    }
    await wal.close();
    const path = await newest(directory);
    const bytes = await readFile(path);
    bytes[76 + 25]! ^= 1; // Within the first frame.
    await writeFile(path, bytes);
    await cp(path, join(directory, '..', 'damaged'));

    const next = await openWal(directory);
    expect(await replayed(next)).toEqual({ 2: 'b', 3: 'c' });
    expect(next.problems).toEqual([{ file: `${path}.damaged`, message: expect.stringContaining('set aside') }]);
    await next.release(3);
    await next.close();
    expect(await readFile(`${path}.damaged`)).toEqual(await readFile(join(directory, '..', 'damaged')));

    const later = await openWal(directory);
    expect(later.problems).toHaveLength(1);
    await later.close();
    await unlink(`${path}.damaged`);
    const last = await openWal(directory);
    expect(last.problems).toEqual([]);
    await last.close();
  }));
