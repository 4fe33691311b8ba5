import {
  appendFile,
  copyFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { TooLarge } from '../send/companion-client';
import { findLogs } from './find-logs';
import { EXTENT_BYTES, type Extent } from './follower';
import type { Delivery, Sink } from './sink';
import { tailLogs, type TailOptions, type TailSummary } from './tail-logs';

/** Takes pieces in as a companion does: one whose name is known is not taken in twice. */
class Taken implements Sink {
  readonly name = 'a test';
  retries = 0;
  readonly pieces = new Map<string, Extent>();
  /** How often each piece came. */
  readonly sends: string[] = [];
  /** Called before a piece is taken in. */
  before: (extent: Extent) => Promise<void> | void = () => undefined;
  /** Called after it was, before that is known to the sender. */
  after: (extent: Extent) => Promise<void> | void = () => undefined;

  async send(extent: Extent): Promise<Delivery> {
    await this.before(extent);
    this.sends.push(extent.key);
    const repeated = this.pieces.has(extent.key);
    this.pieces.set(extent.key, extent);
    await this.after(extent);
    return { rows: extent.bytes.toString().split('\n').length - 1, rejected: 0, repeated };
  }

  get lines(): string[] {
    return [...this.pieces.values()].flatMap(({ bytes }) => bytes.toString().split('\n').filter(Boolean));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let folder: string;
let log: string;
let taken: Taken;
let told: string;
let number: number;
const running: Array<{ stop: () => Promise<TailSummary> }> = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-tail-'));
  log = join(folder, 'access.log');
  taken = new Taken();
  told = '';
  number = 0;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
  await rm(folder, { recursive: true, force: true });
});

/** Lines that all differ, each with its end. */
const lines = (count: number): string =>
  Array.from({ length: count }, () => `{"time":"2026-11-20T00:00:00Z","path":"/${number++}","status":200}\n`).join('');
const expected = (): string[] => Array.from({ length: number }, (_, index) => `/${index}`).sort();
const paths = (): string[] => taken.lines.map((line) => (JSON.parse(line) as { path: string }).path).sort();

function options(more: Partial<TailOptions> = {}): TailOptions {
  return {
    files: [log],
    sink: taken,
    choice: { wanted: 'auto', mapping: undefined },
    stateFile: join(folder, 'state.json'),
    fromStart: true,
    once: false,
    quiet: true,
    output: { write: (text) => (told += text) },
    pollMs: 20,
    ...more,
  };
}
const once = (more: Partial<TailOptions> = {}) => tailLogs(options({ once: true, ...more }));

/** Follows until it is stopped. */
function follow(more: Partial<TailOptions> = {}) {
  const stopping = new AbortController();
  const ended = tailLogs(options({ signal: stopping.signal, ...more }));
  const tail = {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
  running.push(tail);
  return tail;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const all = () => until(() => paths().length >= number);

it('sends what is there, and nothing of it again', async () => {
  await writeFile(log, lines(5));
  expect(await once()).toMatchObject({ files: 1, rows: 5, requests: 1, lag_bytes: 0 });
  expect(await once()).toMatchObject({ rows: 0, requests: 0 });
  await appendFile(log, lines(2));
  expect(await once()).toMatchObject({ rows: 2 });
  expect(paths()).toEqual(expected());
});

it('holds a last line back until it is whole', async () => {
  await writeFile(log, `${lines(1)}{"time":"2026-11-20T00:00:00Z",`);
  expect((await once()).lag_bytes).toBeGreaterThan(0);
  expect(paths()).toEqual(['/0']);
  await appendFile(log, '"path":"/1"}\n');
  await once();
  expect(paths()).toEqual(['/0', '/1']);
});

it('takes a last line without an end when the log was not written to for long', async () => {
  await writeFile(log, lines(2).trimEnd());
  await utimes(log, new Date(0), new Date(0));
  await once();
  expect(paths()).toEqual(expected());
});

it('begins at the end when told to, and only at the very first start', async () => {
  await writeFile(log, lines(3));
  await once({ fromStart: false });
  expect(paths()).toEqual([]);
  await appendFile(log, lines(1));
  await writeFile(join(folder, 'new.log'), lines(1));
  await once({ fromStart: false, files: [log, join(folder, 'new.log')] });
  expect(paths()).toEqual(['/3', '/4']);
});

it('follows a log that is renamed, and the one that takes its place', async () => {
  await writeFile(log, lines(3));
  const tail = follow();
  await all();
  for (let round = 0; round < 4; round++) {
    await appendFile(log, lines(2));
    await rename(log, `${log}.1`);
    await appendFile(`${log}.1`, lines(3));
    await writeFile(log, lines(4));
    await all();
  }
  await tail.stop();
  expect(paths()).toEqual(expected());
});

it('follows a log that is copied and cut off while it is behind', async () => {
  await writeFile(log, lines(3));
  const tail = follow();
  await all();
  for (let round = 0; round < 4; round++) {
    let release: (() => void) | undefined;
    taken.before = () => new Promise((resolve) => (release = resolve));
    await appendFile(log, lines(2));
    await until(() => release !== undefined);
    await appendFile(log, lines(2));
    await copyFile(log, `${log}.${round + 1}`);
    await truncate(log);
    taken.before = () => undefined;
    release!();
    await writeFile(log, lines(3));
    await all();
  }
  await tail.stop();
  expect(paths()).toEqual(expected());
});

it('finds what a log has become while nobody looked: renamed, or compressed', async () => {
  await writeFile(log, lines(3));
  await once();
  await appendFile(log, lines(2));
  await rename(log, `${log}.1`);
  await writeFile(log, lines(2));
  await once();
  expect(paths()).toEqual(expected());
  await appendFile(log, lines(2));
  await writeFile(`${log}.2.gz`, gzipSync(await readFile(log)));
  await unlink(log);
  await writeFile(log, lines(3));
  await once();
  expect(paths()).toEqual(expected());
});

it('sends nothing twice when the pattern has the rotated logs, too', async () => {
  const files = [join(folder, 'access.log*')];
  await writeFile(`${log}.2.gz`, gzipSync(lines(3)));
  await writeFile(`${log}.1`, lines(3));
  await writeFile(log, lines(3));
  await once({ files });
  await writeFile(`${log}.3.gz`, await readFile(`${log}.2.gz`));
  await writeFile(`${log}.2.gz`, gzipSync(await readFile(`${log}.1`)));
  await rename(log, `${log}.1`);
  await appendFile(`${log}.1`, lines(1));
  await writeFile(log, lines(1));
  await once({ files });
  await once({ files });
  expect(paths()).toEqual(expected());
});

it('says what is lost when a log is gone with nothing left of it', async () => {
  await writeFile(log, lines(3));
  await once();
  await writeFile(`${log}.new`, lines(2));
  await rename(`${log}.new`, log);
  await once({ quiet: false });
  expect(paths()).toEqual(expected());
  expect(told).toContain('is not there any more');
});

it('waits for logs that are not there yet, and goes on with one that comes back', async () => {
  const files = [join(folder, 'access.log'), join(folder, '*.jsonl')];
  const tail = follow({ files });
  await writeFile(log, lines(2));
  await writeFile(join(folder, 'app.jsonl'), lines(2));
  await all();
  await rename(log, join(folder, 'elsewhere'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await rename(join(folder, 'elsewhere'), log);
  await appendFile(log, lines(2));
  await all();
  await tail.stop();
  expect(paths()).toEqual(expected());
});

it('reads a log anew that was written anew in place, longer than before', async () => {
  await writeFile(log, lines(2));
  const tail = follow();
  await all();
  await writeFile(log, lines(40));
  await all();
  await tail.stop();
  expect(paths()).toEqual(expected());
});

it('takes a new log for new that has the file number of one that is gone', async () => {
  await writeFile(log, lines(20));
  await once();
  await unlink(log);
  await writeFile(log, lines(30));
  await once();
  expect(paths()).toEqual(expected());
});

it('takes a copy for what it is, at the first start and while it is being compressed', async () => {
  await writeFile(log, lines(500));
  await copyFile(log, join(folder, 'access.log.copy'));
  await writeFile(`${log}.gz`, gzipSync(await readFile(log)));
  await once({ files: [join(folder, 'access.log*')] });
  expect(paths()).toEqual(expected());
});

it('tells two logs apart that begin alike, as soon as they differ', async () => {
  const other = join(folder, 'other.log');
  const start = lines(1);
  await writeFile(log, start);
  await writeFile(other, start);
  const tail = follow({ files: [log, other] });
  await until(() => paths().length === 1);
  await appendFile(other, lines(2));
  await appendFile(log, lines(2));
  await until(() => paths().length >= 6);
  await tail.stop();
  expect(paths()).toEqual(['/0', '/0', '/1', '/2', '/3', '/4']);
});

it('sends the same piece under the same name when it was killed on the way', async () => {
  await writeFile(log, lines(5));
  taken.after = () => {
    throw new Error('killed');
  };
  await expect(once()).rejects.toThrow('killed');
  taken.after = () => undefined;
  await appendFile(log, lines(5));
  expect(await once()).toMatchObject({ repeated: 1, rows: 5 });
  expect(new Set(taken.sends).size).toBe(2);
  expect(paths()).toEqual(expected());
});

it('cuts pieces at line ends, and sends them in order', async () => {
  await writeFile(log, lines(100_000));
  await once();
  expect(paths()).toEqual(expected());
  const sizes = [...taken.pieces.values()].map(({ bytes }) => bytes.length);
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(EXTENT_BYTES);
  expect([...taken.pieces.values()].every(({ bytes }) => bytes.at(-1) === 10)).toBe(true);
});

it('sends smaller pieces when one is too large for the companion', async () => {
  await writeFile(log, lines(1000));
  taken.before = ({ bytes }) => {
    if (bytes.length > 5000) {
      throw new TooLarge();
    }
  };
  await once();
  expect(paths()).toEqual(expected());
});

it('sends the beginning of a line that is too long, and goes on behind it', async () => {
  await writeFile(log, `${lines(1)}${'x'.repeat(5 * 1024 * 1024)}\n${lines(1)}`);
  await once();
  const sent = [...taken.pieces.values()].map(({ bytes }) => bytes.toString());
  expect(sent.filter((text) => text.startsWith('{'))).toHaveLength(2);
  expect(sent.filter((text) => text.startsWith('x'))).toHaveLength(1);
});

it('sends the header with every piece of delimited text', async () => {
  await writeFile(log, `time,path,status\n2026-11-20T00:00:00Z,/0,200\n`);
  await once();
  await appendFile(log, `2026-11-20T00:00:00Z,"/1\n",200\n`);
  await once();
  expect([...taken.pieces.values()].map(({ body, format }) => [format, body.toString()])).toEqual([
    ['csv', 'time,path,status\n2026-11-20T00:00:00Z,/0,200\n'],
    ['csv', 'time,path,status\n2026-11-20T00:00:00Z,"/1\n",200\n'],
  ]);
});

it('stops when it is told to, while nothing can be sent', async () => {
  await writeFile(log, lines(2));
  taken.before = () => new Promise(() => undefined);
  const stopping = new AbortController();
  const hanging: Sink = {
    ...{ name: 'nowhere', retries: 0, close: () => Promise.resolve() },
    send: (_, __, signal) =>
      new Promise((___, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  };
  const ended = tailLogs(options({ sink: hanging, signal: stopping.signal, stopMs: 100 }));
  setTimeout(() => stopping.abort(), 100);
  expect(await ended).toMatchObject({ rows: 0, interrupted: true });
  taken.before = () => undefined;
  expect(await once()).toMatchObject({ rows: 2 });
});

it('finds files, folders and patterns, and keeps files that are not there yet', async () => {
  await writeFile(log, '');
  expect(await findLogs([join(folder, 'none.log'), folder, join(folder, '*.log')])).toEqual([
    join(folder, 'none.log'),
    log,
  ]);
});

it('knows a log again that was killed on the way with its first piece, in a copy', async () => {
  await writeFile(log, lines(5));
  taken.after = () => {
    throw new Error('killed');
  };
  await expect(once()).rejects.toThrow('killed');
  taken.after = () => undefined;
  await appendFile(log, lines(5));
  await writeFile(`${log}.1.gz`, gzipSync(await readFile(log)));
  await truncate(log);
  await appendFile(log, lines(1));
  expect(await once({ files: [join(folder, 'access.log*')] })).toMatchObject({ repeated: 1, rows: 6 });
  expect(paths()).toEqual(expected());
});
