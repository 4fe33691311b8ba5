import { appendFile, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { literal, sql } from '../../backend-node/engine/sql';
import { importLogs, type ImportOptions, type ImportSummary } from '../../backend-node/ingest/import';
import { privacyConfigSchema, type PrivacyConfigInput } from '../../backend-node/ingest/privacy';
import { sessionsConfigSchema, type SessionsConfigInput } from '../../backend-node/ingest/sessions';
import { differences, queryLakes } from './import-rows';

const DATA = join(process.cwd(), 'tests', 'data', 'access-logs');

interface Truth {
  rows: number;
  rejected: number;
  status: Record<string, number>;
  bytes: number;
  distinct_paths: number;
  top: [string, number];
  first: string;
  last: string;
  duration_ms?: number;
}

type More = Partial<Omit<ImportOptions, 'privacy' | 'sessions'>> & {
  privacy?: PrivacyConfigInput;
  sessions?: SessionsConfigInput;
};

// Imports of a machine that is busy take their time.
jest.setTimeout(120_000);

let folder: string;
let lake: string;
let engine: DuckDb;
let said: string;
let truths: Record<string, Truth>;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  truths = JSON.parse(await readFile(join(DATA, 'truth.json'), 'utf8')) as Record<string, Truth>;
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-import-'));
  lake = join(folder, 'lake');
  said = '';
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(inputs: string[], { privacy, sessions, ...more }: More = {}): Promise<ImportSummary> {
  return importLogs({
    inputs,
    lake,
    privacy: privacyConfigSchema.parse({ key_file: join(folder, 'pseudonym.key'), ...privacy }),
    sessions: sessionsConfigSchema.parse({ ...sessions }),
    output: { write: (text) => (said += text) },
    stdin: Readable.from([]),
    threads: 1,
    ...more,
  });
}

const query = (text: string): Promise<unknown[][]> => queryLakes(engine, [lake], text.replace('rows', '{0}'));
const sample = (name: string): string => join(DATA, `${name}.gz`);
const put = async (name: string, text: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
const two = (value: number): string => String(value).padStart(2, '0');
const line = (second: number, client = '192.0.2.1'): string =>
  `${client} - - [17/May/2024:${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)} +0000] ` +
  `"GET /a/${second} HTTP/1.1" 200 ${second} "-" "curl/8"\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('');
const paths = async (): Promise<unknown[]> =>
  (await query('SELECT path FROM rows ORDER BY time, path')).map(([path]) => path);
const expected = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `/a/${from + index}`);

describe('real logs', () => {
  const mapping =
    'columns: { time: time, client_ip: host, method: method, url: url, status: response, response_bytes: bytes, user_agent: useragent }\n';
  const cases: Array<[string, More]> = [
    ['erddap.log.1', {}],
    ['erddap.log.2', { format: 'combined' }],
    ['apache-combined.log', {}],
    ['shop-forwarded.log', {}],
    ['nasa-common.log', {}],
    ['nasa.tsv', { map: 'nasa.yaml' }],
    ['nginx-json.log', {}],
    ['apache-with-duration.log', { format: 'apache:%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i" %D' }],
  ];

  it.each(cases)('%s has what another reader counts', async (name, { map, ...options }) => {
    const truth = truths[name]!;
    const summary = await run([sample(name)], { ...options, ...(map ? { map: await put(map, mapping) } : {}) });
    expect(summary).toMatchObject({
      files: 1,
      rows: truth.rows,
      rejected: truth.rejected,
      first: truth.first,
      last: truth.last,
    });
    const status = await query('SELECT CAST(status AS VARCHAR), CAST(count(*) AS DOUBLE) FROM rows GROUP BY 1');
    expect(Object.fromEntries(status)).toEqual(truth.status);
    const [totals] = await query(
      'SELECT CAST(sum(response_bytes) AS DOUBLE), CAST(count(DISTINCT path) AS DOUBLE), sum(duration_ms) FROM rows'
    );
    expect(totals).toEqual([truth.bytes, truth.distinct_paths, truth.duration_ms ?? null]);
    const [top] = await query('SELECT path, CAST(count(*) AS DOUBLE) FROM rows GROUP BY 1 ORDER BY 2 DESC LIMIT 1');
    expect(top![1]).toBe(truth.top[1]);
  });

  it('the same requests in two formats make the same rows', async () => {
    await run([sample('nginx-json.log')]);
    const json = lake;
    lake = join(folder, 'other');
    await run([sample('apache-with-duration.log')], {
      format: 'apache:%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i" %D',
    });
    const columns = 'time, duration_ms, method, route, path, status, response_bytes, client_ip, session';
    const rows = await queryLakes(engine, [json, lake], `SELECT ${columns} FROM {0} EXCEPT SELECT ${columns} FROM {1}`);
    expect(rows.filter((row) => row[8] !== null).length).toBeLessThan(40);
    const stable = 'time, duration_ms, method, path, status, response_bytes, client_ip';
    expect(
      await queryLakes(engine, [json, lake], `SELECT ${stable} FROM {0} EXCEPT ALL SELECT ${stable} FROM {1}`)
    ).toEqual([]);
  });

  it('are protected: no full address and no query string gets into the lake', async () => {
    await run([
      await put(
        'a.log',
        `198.51.100.77 - alice [17/May/2024:00:00:00 +0000] "GET /a?token=1 HTTP/1.1" 200 1 "http://h/p?q=1" "x"\n`
      ),
    ]);
    const [row] = await query(
      `SELECT client_ip, query, customer, attributes['http.request.header.referer'], session FROM rows`
    );
    expect(row).toEqual(['198.51.100.0', null, expect.stringMatching(/^p1_/), 'http://h/p', null]);
  });
});

describe('the same content', () => {
  it('twice, renamed, compressed or from standard input adds nothing', async () => {
    const plain = await put('a.log', lines(0, 300));
    const packed = await put('b.log.gz', gzipSync(lines(0, 300)));
    expect(await run([plain])).toMatchObject({ files: 1, rows: 300, skipped_files: 0 });
    expect(await run([plain])).toMatchObject({ files: 0, rows: 0, skipped_files: 1 });
    expect(await run([packed])).toMatchObject({ files: 0, rows: 0, skipped_files: 1 });
    expect(await run(['-'], { stdin: Readable.from([Buffer.from(lines(0, 300))]) })).toMatchObject({
      rows: 0,
      skipped_files: 1,
    });
    expect(await paths()).toEqual(expected(0, 300));
  });

  it('twice in one import is taken once', async () => {
    const files = [await put('a.log', lines(0, 10)), await put('b.log', lines(0, 10))];
    expect(await run(files)).toMatchObject({ files: 1, rows: 10, skipped_files: 1 });
  });

  it('as an older, shorter copy adds nothing', async () => {
    await run([await put('a.log', lines(0, 300))]);
    expect(await run([await put('old.log', lines(0, 120))])).toMatchObject({ rows: 0, skipped_files: 1 });
  });

  it('taken as new when told to forget', async () => {
    const file = await put('a.log', lines(0, 5));
    await run([file]);
    expect(await run([file], { forgetSources: true })).toMatchObject({ rows: 5 });
  });
});

describe('a log that has grown', () => {
  it('goes on where it ended, also when it was renamed and compressed', async () => {
    const file = await put('a.log', lines(0, 100));
    await run([file]);
    await appendFile(file, lines(100, 150));
    expect(await run([file])).toMatchObject({ rows: 50 });
    expect(await run([await put('a.log.1.gz', gzipSync(lines(0, 170)))])).toMatchObject({ rows: 20 });
    expect(await paths()).toEqual(expected(0, 170));
  });

  it('goes on from standard input', async () => {
    await run(['-'], { stdin: Readable.from([Buffer.from(lines(0, 5))]) });
    expect(await run(['-'], { stdin: Readable.from([Buffer.from(lines(0, 9))]) })).toMatchObject({ rows: 4 });
  });

  it('is not taken for another with an equal beginning', async () => {
    const first = lines(0, 50);
    await run([await put('a.log', first + lines(50, 60))]);
    expect(await run([await put('b.log', first + lines(1000, 1005))])).toMatchObject({ rows: 55, skipped_files: 0 });
    expect(await run([await put('c.log', first + lines(2000, 2020))])).toMatchObject({ rows: 70 });
  });

  it('has a last line that did not fit once it is whole, when it was told to be final', async () => {
    const whole = lines(0, 3);
    const file = await put('a.log', whole.slice(0, -60));
    expect(await run([file], { final: true })).toMatchObject({ rows: 2, rejected: 1 });
    expect(await run([file], { final: true })).toMatchObject({ rows: 0, rejected: 0, skipped_files: 1 });
    await writeFile(file, whole + lines(3, 5));
    expect(await run([file])).toMatchObject({ rows: 3, rejected: 0 });
    expect(await paths()).toEqual(expected(0, 5));
  });

  it('has its last line when it lacks only the line end and is told to be final', async () => {
    const file = await put('a.log', lines(0, 3).trimEnd());
    expect(await run([file], { final: true })).toMatchObject({ rows: 3, rejected: 0, held_back: 0 });
    await writeFile(file, lines(0, 5));
    expect(await run([file])).toMatchObject({ rows: 2, rejected: 0 });
    expect(await paths()).toEqual(expected(0, 5));
  });

  it('says when a line that was told to be final goes on', async () => {
    const short = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 12';
    const file = await put('a.log', short);
    await run([file], { final: true });
    await writeFile(file, `${short}34\n${line(1)}`);
    const rejects = join(folder, 'rejects');
    expect(await run([file], { rejects })).toMatchObject({ rows: 1, rejected: 1 });
    expect(await readFile(rejects, 'utf8')).toMatch(/goes on from a line/);
  });

  it('keeps one session and one route over its parts', async () => {
    const file = await put('a.log', lines(0, 30));
    await run([file]);
    await appendFile(file, lines(30, 60));
    await run([file]);
    const whole = lake;
    lake = join(folder, 'whole');
    await run([file]);
    expect(await queryLakes(engine, [whole, lake], 'SELECT session FROM {0} EXCEPT SELECT session FROM {1}')).toEqual(
      []
    );
    expect(await query('SELECT CAST(count(DISTINCT session) AS DOUBLE) FROM rows')).toEqual([[1]]);
  });
});

describe('a log that is being written', () => {
  const combined = '192.0.2.1 - - [17/May/2024:00:00:02 +0000] "GET /two HTTP/1.1" 200 98765 "-" "Mozilla/5.0 (X11)"\n';
  const common = (second: number): string => line(second).replace(' "-" "curl/8"', '');
  const csv = '2024-05-17T00:00:02Z,GET,/two,200,98765,Mozilla\n';
  const cases: Array<[string, string, string, string, string]> = [
    ['a size in combined', line(1), combined, '98', line(3)],
    ['a user agent', line(1), combined, 'Mozilla/5', line(3)],
    ['a size in common', common(1), combined.replace(/ "-".*/, ''), '98', common(3)],
    [
      'a size in CSV',
      `time,method,path,status,response_bytes,user_agent\n${csv.replace('two', 'one')}`,
      csv,
      '98',
      csv.replace('two', 'three'),
    ],
  ];

  it.each(cases)('cut inside %s has the values of one whole import', async (_, before, cut, at, after) => {
    const file = await put('a.log', before + cut.slice(0, cut.indexOf(at) + at.length));
    expect(await run([file])).toMatchObject({ rows: 1, rejected: 0, held_back: 1, failed_files: 0 });
    expect(said).toMatch(/a\.log: the last line has no line end yet/);
    expect(await run([file])).toMatchObject({ rows: 0, rejected: 0, held_back: 1, skipped_files: 0 });
    await writeFile(file, before + cut + after);
    expect(await run([file])).toMatchObject({ rows: 2, rejected: 0, held_back: 0 });
    const parts = lake;
    lake = join(folder, 'whole');
    expect(await run([file])).toMatchObject({ rows: 3 });
    expect(await differences(engine, parts, lake)).toEqual([0, 0]);
  });

  it('has its last line as it is ten minutes after the last write', async () => {
    const file = await put('a.log', lines(0, 2).trimEnd());
    const { mtimeMs } = await stat(file);
    expect(await run([file], { now: () => mtimeMs + 599_000 })).toMatchObject({ rows: 1, held_back: 1 });
    expect(await run([file], { now: () => mtimeMs + 601_000 })).toMatchObject({ rows: 1, held_back: 0 });
    expect(await run([file], { now: () => mtimeMs + 602_000 })).toMatchObject({ rows: 0, skipped_files: 1 });
    expect(await paths()).toEqual(expected(0, 2));
  });

  it('is not one that is compressed, nor standard input', async () => {
    expect(await run([await put('a.log.gz', gzipSync(lines(0, 2).trimEnd()))])).toMatchObject({
      rows: 2,
      held_back: 0,
    });
    const stdin = (text: string): More => ({ stdin: Readable.from([Buffer.from(text)]) });
    expect(await run(['-'], stdin(lines(5, 7).trimEnd()))).toMatchObject({ rows: 2, held_back: 0 });
    expect(await run(['-'], stdin(lines(5, 9).trimEnd()))).toMatchObject({ rows: 2, rejected: 0, held_back: 0 });
  });

  it('may have nothing but the beginning of a line', async () => {
    const file = await put('a.log', line(0).slice(0, 30));
    expect(await run([file])).toMatchObject({ empty_files: 1, failed_files: 0, held_back: 1 });
    await writeFile(file, line(0));
    expect(await run([file])).toMatchObject({ rows: 1, empty_files: 0, held_back: 0 });
  });
});

describe('a file without requests', () => {
  it.each([
    ['nothing', '', line(0)],
    ['empty lines', '\n \r\n\n', line(0)],
    ['a header', 'time,method,path,status\n', '2024-05-17T00:00:00Z,GET,/a/0,200\n'],
  ])('but %s is empty, and is read when it has grown', async (_, text, more) => {
    const file = await put('a.log', text);
    const summary = await run([file]);
    expect(summary).toMatchObject({
      files: 0,
      rows: 0,
      rejected: 0,
      empty_files: 1,
      failed_files: 0,
      skipped_files: 0,
    });
    expect(summary.details[0]).toMatchObject({ outcome: 'empty' });
    await appendFile(file, more);
    expect(await run([file])).toMatchObject({ rows: 1, rejected: 0, empty_files: 0 });
    expect(await paths()).toEqual(['/a/0']);
  });

  it('from standard input, or of a named format, is empty, too', async () => {
    expect(await run(['-'])).toMatchObject({ empty_files: 1, failed_files: 0 });
    for (const format of ['combined', 'csv', 'json', 'parquet']) {
      expect(await run([await put('a', '')], { format })).toMatchObject({ empty_files: 1, failed_files: 0 });
    }
  });

  it('because its compressed data is cut short is wrong', async () => {
    const packed = gzipSync(lines(0, 2)).subarray(0, 12);
    expect(await run([await put('a.gz', packed)])).toMatchObject({ empty_files: 0, failed_files: 1 });
    expect(await run(['-'], { stdin: Readable.from([packed]) })).toMatchObject({ empty_files: 0, failed_files: 1 });
  });
});

describe('a format that does not show at the beginning', () => {
  it('is found behind thousands of other lines', async () => {
    const text = 'no request here\n'.repeat(20_000) + lines(0, 3000);
    expect(await run([await put('a.log', text)])).toMatchObject({ rows: 3000, rejected: 20_000, failed_files: 0 });
    lake = join(folder, 'other');
    const stdin = Readable.from([Buffer.from(text)]);
    expect(await run(['-'], { stdin })).toMatchObject({ rows: 3000, rejected: 20_000, failed_files: 0 });
  });

  it.each([300_000, 3_000_000])('is found behind a line of %d bytes', async (length) => {
    const file = await put('a.log', `${'x'.repeat(length)}\n${lines(0, 50)}`);
    expect(await run([file])).toMatchObject({ rows: 50, rejected: 1, failed_files: 0 });
  });

  it('is found in the one line that fits, the last', async () => {
    const file = await put('a.log', 'no request here\n'.repeat(20_000) + line(0));
    expect(await run([file])).toMatchObject({ rows: 1, rejected: 20_000 });
  });

  it('is found by the header when the first rows do not fit', async () => {
    const file = await put('a.csv', `time,method,path,status\n${'x\n'.repeat(50)}2024-05-17T00:00:00Z,GET,/a/0,200\n`);
    expect(await run([file])).toMatchObject({ rows: 1, rejected: 50 });
  });

  it('is none when there are only lines that are too long', async () => {
    const summary = await run([await put('a.log', `${'x'.repeat(3_000_000)}\n`)]);
    expect(summary.details[0]).toMatchObject({ outcome: 'failed', code: 'APITRAIL_NOTHING_FITS' });
  });
});

describe('the rejects file', () => {
  it('is refused when it is a log of the import, also by another name', async () => {
    const file = await put('a.log', lines(0, 2));
    const [soft, hard] = [join(folder, 'soft'), join(folder, 'hard')];
    await symlink(file, soft);
    await link(file, hard);
    for (const rejects of [file, soft, hard]) {
      await expect(run([await put('b.log', line(5)), file], { rejects })).rejects.toMatchObject({
        code: 'APITRAIL_USAGE',
      });
    }
    expect(await readFile(file, 'utf8')).toBe(lines(0, 2));
    expect(await readdir(folder)).not.toContain('lake');
  });

  it('is refused when it is the mapping', async () => {
    const map = await put('map.yaml', 'columns: { time: t, path: p }\n');
    await expect(run([await put('a.json', '{}\n')], { map, rejects: map })).rejects.toThrow(/--rejects/);
    expect(await readFile(map, 'utf8')).toContain('columns');
  });
});

it('goes on behind a line of JSON that is nested too deep for a parser', async () => {
  const good = (second: number): string =>
    `{"time":"2024-05-17T00:00:0${second}Z","method":"GET","path":"/a/${second}","status":200}\n`;
  const deep = `{"time":"2024-05-17T00:00:00Z","path":"/d","x":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}\n`;
  const summary = await run([await put('a.json', good(0) + deep + good(1))]);
  expect(summary).toMatchObject({ failed_files: 0 });
  expect(summary.rows + summary.rejected).toBe(3);
  expect(await paths()).toEqual(expect.arrayContaining(['/a/0', '/a/1']));
});

describe('rotated logs', () => {
  it('are taken in the order of their first time, so that sessions go over from one to the next', async () => {
    await put('access.log', lines(1200, 1210));
    await put('access.log.1', lines(0, 10));
    await put('access.log.2.gz', gzipSync(Array.from({ length: 10 }, (_, index) => line(600 + index)).join('')));
    expect(await run([join(folder, 'access.log*')])).toMatchObject({ files: 3, rows: 30 });
    expect(await query('SELECT CAST(count(DISTINCT session) AS DOUBLE) FROM rows')).toEqual([[1]]);
  });

  it('lie in a folder', async () => {
    await mkdir(join(folder, 'logs', 'deep'), { recursive: true });
    await put('logs/a.log', lines(0, 2));
    await put('logs/deep/b.log', lines(2, 4));
    expect(await run([join(folder, 'logs')])).toMatchObject({ files: 2, rows: 4 });
  });
});

describe('files that are wrong', () => {
  it('import nothing, and the others go on', async () => {
    const files = [
      await put('notes.txt', 'hello\nworld\n'),
      await put('a.log', lines(0, 3)),
      await put('c.log', 'x y\n'),
    ];
    const summary = await run(files);
    expect(summary).toMatchObject({ files: 1, rows: 3, failed_files: 2 });
    expect(summary.details.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'APITRAIL_NOTHING_FITS'],
      ['imported', undefined],
      ['failed', 'APITRAIL_NOTHING_FITS'],
    ]);
  });

  it('are not remembered: the right format imports them', async () => {
    const file = await put('a.log', '1715904013 /a 200\n');
    expect(await run([file], { format: 'combined' })).toMatchObject({ rows: 0, failed_files: 1, rejected: 1 });
    expect(await run([file], { format: 'nginx:$msec $request_uri $status' })).toMatchObject({
      rows: 1,
      failed_files: 0,
    });
  });

  it('of gzip that are cut short keep what came before, and go on when they are whole', async () => {
    const text = lines(0, 3000);
    const packed = gzipSync(text, { level: 1 });
    const file = await put('a.log.gz', packed.subarray(0, Math.floor(packed.length / 2)));
    const summary = await run([file]);
    expect(summary).toMatchObject({ failed_files: 1, files: 1 });
    expect(summary.details[0]).toMatchObject({ outcome: 'partly', code: 'APITRAIL_BAD_FILE' });
    expect(summary.rows).toBeGreaterThan(1000);
    await writeFile(file, packed);
    expect(await run([file])).toMatchObject({ rows: 3000 - summary.rows, failed_files: 0 });
    expect(await paths()).toEqual(expected(0, 3000));
  });

  it.each([
    ['bzip2', Buffer.from('425a683931415926', 'hex'), /bzip2 -dc/],
    ['UTF-16', Buffer.from('\ufeffa', 'utf16le'), /iconv/],
  ])('of %s say how to mend it', async (_, bytes, message) => {
    expect((await run([await put('a', bytes)])).details[0]!.message).toMatch(message);
  });

  it('that do not exist end the import', async () => {
    await expect(run([join(folder, 'nothing.log')])).rejects.toThrow(/There is no file/);
    await expect(run([join(folder, '*.nothing')])).rejects.toThrow(/matches no file/);
  });
});

describe('every line', () => {
  it('is a row, a reject with file, line and reason, or empty', async () => {
    const text = `\ufeff${line(0).replace('\n', '\r\n')}\n${'x'.repeat(2 ** 21)}\nbad 198.51.100.77 /a?token=1 a@example.org\n\0\0\0${line(1)}   \n${line(2)}`;
    const rejects = join(folder, 'rejects.jsonl');
    expect(await run([await put('a.log', text)], { rejects })).toMatchObject({ rows: 3, rejected: 2, blank: 2 });
    const written = (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each) as Record<string, unknown>);
    expect(written.map(({ line: at, reason }) => [at, reason])).toEqual([
      [3, expect.stringMatching(/longer than/)],
      [4, expect.stringMatching(/no time/)],
    ]);
    expect(written[1]).toMatchObject({ file: join(folder, 'a.log'), text: 'bad 198.51.100.0 /a?… …@…' });
    expect((await stat(rejects)).mode & 0o777).toBe(0o600);
    expect(await paths()).toEqual(expected(0, 3));
  });

  it('with bytes that are not UTF-8 keeps the others', async () => {
    const bytes = Buffer.concat([
      Buffer.from(line(0)),
      Buffer.from(line(1).replace('/a/1', '/é\u0000'), 'latin1'),
      Buffer.from(line(2)),
    ]);
    await run([await put('a.log', bytes)]);
    expect(await paths()).toEqual(['/a/0', '/\\xE9\\x00', '/a/2']);
  });

  it('of a CSV with quoted line ends has its number', async () => {
    const text =
      'time,method,path,status,note\n2024-05-17T00:00:00Z,GET,/a,200,"two\nlines"\nbroken\n2024-05-17T00:00:01Z,GET,/b,200,"x, ""y"""\n';
    const rejects = join(folder, 'rejects.jsonl');
    expect(await run([await put('a.csv', text)], { rejects })).toMatchObject({ rows: 2, rejected: 1 });
    expect(JSON.parse(await readFile(rejects, 'utf8'))).toMatchObject({ line: 4 });
    expect((await query(`SELECT attributes['note'] FROM rows ORDER BY time`)).flat()).toEqual(['two\nlines', 'x, "y"']);
  });
});

describe('a CSV with a quote that is not closed', () => {
  it('loses that line alone, and says why', async () => {
    const line = (second: number, note: string): string => `2024-05-17T00:00:0${second}Z,GET,/a,200,${note}\n`;
    const text = `time,method,path,status,note\n${line(0, 'a')}${line(1, '"open')}${[2, 3, 4, 5, 6].map((second) => line(second, 'b')).join('')}`;
    const rejects = join(folder, 'rejects.jsonl');
    expect(await run([await put('a.csv', text)], { rejects })).toMatchObject({ rows: 6, rejected: 1 });
    expect(JSON.parse(await readFile(rejects, 'utf8'))).toMatchObject({
      line: 3,
      reason: 'has a quote that is not closed',
      text: '2024-05-17T00:00:01Z,GET,/a,200,"open',
    });
  });
});

describe('a CSV with quotes that are not closed', () => {
  it('loses those lines alone, though each could be taken for the end of the one before', async () => {
    const line = (second: number, note: string): string => `2024-05-17T00:00:0${second}Z,GET,/a,200,${note}\n`;
    const notes = ['a', '"open', 'b', '"two\nlines"', 'c', '"open', '"in quotes"', '"open', 'd'];
    const text = `time,method,path,status,note\n${notes.map((note, second) => line(second, note)).join('')}`;
    expect(await run([await put('a.csv', text)])).toMatchObject({ rows: 6, rejected: 3 });
    const kept = await query(`SELECT attributes['note'] FROM rows ORDER BY time`);
    expect(kept.flat()).toEqual(['a', 'b', 'two\nlines', 'c', 'in quotes', 'd']);
  });
});

describe('other forms', () => {
  it('gzip of several members', async () => {
    expect(await run([await put('a.gz', Buffer.concat([gzipSync(lines(0, 2)), gzipSync(lines(2, 4))]))])).toMatchObject(
      { rows: 4 }
    );
  });

  it('Parquet, with times, long numbers and nulls', async () => {
    const file = join(folder, 'a.parquet');
    await engine.run(
      sql`COPY (SELECT TIMESTAMP '2024-05-17 00:00:00.000123' AS ts, '/a' AS url, 200 AS code, 0.5::DOUBLE AS took, 1234567890123456789::BIGINT AS big
        UNION ALL SELECT NULL, '/b', 200, 'nan'::DOUBLE, NULL) TO ${literal(file)} (FORMAT parquet)`
    );
    const map = await put(
      'map.yaml',
      'columns:\n  time: ts\n  url: url\n  status: code\n  duration_ms: { field: took, unit: s }\n'
    );
    const rejects = join(folder, 'rejects.jsonl');
    const summary = await run([file], { map, rejects });
    expect(summary).toMatchObject({ rows: 1, rejected: 1, first: '2024-05-17T00:00:00.000123Z' });
    expect(summary.details[0]).toMatchObject({ format: 'parquet' });
    expect(JSON.parse(await readFile(rejects, 'utf8'))).toMatchObject({
      line: 2,
      reason: expect.stringMatching(/^has no time that can be read: send /),
    });
    expect(await query(`SELECT path, duration_ms, attributes['big'] FROM rows`)).toEqual([
      ['/a', 500, '1234567890123456789'],
    ]);
    expect(await run([file], { map })).toMatchObject({ rows: 0, skipped_files: 1 });
  });

  it('names fields of the mapping that no record has', async () => {
    const map = await put('map.yaml', 'columns: { time: t, path: p, status: nowhere }\n');
    await run([await put('a.json', '{"t":1715904013,"p":"/"}\n')], { map });
    expect(said).toMatch(/fields the mapping names: nowhere/);
  });
});

describe('one import at a time', () => {
  it('refuses a second and says who imports', async () => {
    const stdin = new Readable({ read: () => undefined });
    const first = run(['-'], { stdin });
    while (!(await readdir(join(lake, '.apitrail')).catch(() => [] as string[])).includes('import.lock')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await expect(run([await put('a.log', line(0))])).rejects.toThrow(new RegExp(`process ${process.pid} `));
    stdin.push(null);
    await first;
    expect(await run([await put('a.log', line(0))])).toMatchObject({ rows: 1 });
  });

  it('takes over the lock of a process that is gone', async () => {
    await run([await put('a.log', line(0))]);
    const holder = { id: 'x', machine: 'elsewhere boot pid', pid: 1, started: '1', since: '2024-01-01T00:00:00Z' };
    const lock = join(lake, '.apitrail', 'import.lock');
    await writeFile(lock, JSON.stringify(holder));
    await expect(run([await put('b.log', line(1))])).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
    const { utimes } = await import('node:fs/promises');
    await utimes(lock, new Date(0), new Date(0));
    expect(await run([await put('b.log', line(1))])).toMatchObject({ rows: 1 });
  });
});

it('stops at a commit when told to, and goes on from there', async () => {
  const file = await put('a.log', lines(0, 30_000));
  let looks = 0;
  const signal = {
    get aborted() {
      return ++looks > 2;
    },
  } as AbortSignal;
  const summary = await run([file], { rowsPerCommit: 1000, signal });
  expect(summary).toMatchObject({ interrupted: true, failed_files: 0 });
  expect(summary.rows).toBeGreaterThan(0);
  const rest = await run([file], { rowsPerCommit: 1000 });
  expect(summary.rows + rest.rows).toBe(30_000);
  const parts = lake;
  lake = join(folder, 'whole');
  await run([file], { rowsPerCommit: 1000 });
  expect(await differences(engine, parts, lake)).toEqual([0, 0]);
});

it('derives no sessions when told not to', async () => {
  await run([await put('a.log', lines(0, 3))], { sessions: { derive: false } });
  expect(await query('SELECT CAST(count(session) AS DOUBLE) FROM rows')).toEqual([[0]]);
});

it('leaves nothing behind but its state', async () => {
  await run([await put('a.log', lines(0, 3))]);
  expect(await readdir(join(lake, '.apitrail', 'tmp'))).toEqual([]);
  const state = await readdir(join(lake, '.apitrail', 'import'));
  expect(state).toEqual(['state-1.json']);
  expect(await readFile(join(lake, '.apitrail', 'import', state[0]!), 'utf8')).not.toContain('192.0.2.1');
});

it('says what is missing when its state is gone', async () => {
  const file = await put('a.log', lines(0, 3));
  await run([file]);
  await rm(join(lake, '.apitrail', 'import'), { recursive: true });
  await expect(run([file])).rejects.toThrow(/--forget-sources/);
});
