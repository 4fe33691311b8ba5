import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImportSummary } from '../../backend-node/ingest/import';
import { apitrail } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(60_000);

const LINE = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /a HTTP/1.1" 200 98';
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const run = (args: string[], input = '') =>
  apitrail(['import', ...args, '--lake', 'lake'], {
    cwd: folder.path,
    env: { APITRAIL_PRIVACY_KEY_FILE: join(folder.path, 'pseudonym.key') },
    input,
  });
const summaryOf = ({ stdout }: { stdout: string }): ImportSummary => JSON.parse(stdout) as ImportSummary;

test('says that a last line may be cut, and takes it with --final', async () => {
  await writeFile(join(folder.path, 'a.log'), `${LINE}\n${LINE}`);
  const held = await run(['a.log', '--quiet']);
  expect(held.code).toBe(0);
  expect(held.stderr).toMatch(/a\.log: the last line has no line end yet.*--final/);
  expect(summaryOf(held)).toMatchObject({ rows: 1, held_back: 1 });
  const final = await run(['a.log', '--final']);
  expect(final.code).toBe(0);
  expect(summaryOf(final)).toMatchObject({ rows: 1, held_back: 0 });
});

test('takes an empty standard input for no failure', async () => {
  const result = await run(['-']);
  expect(result.code).toBe(0);
  expect(summaryOf(result)).toMatchObject({ rows: 0, empty_files: 1, failed_files: 0 });
});

test('refuses to write rejects over a log', async () => {
  await writeFile(join(folder.path, 'a.log'), `${LINE}\n`);
  const { code, stderr } = await run(['a.log', '--rejects', './a.log']);
  expect(code).toBe(2);
  expect(stderr).toContain('Name another file for the rejects');
  expect(await readFile(join(folder.path, 'a.log'), 'utf8')).toBe(`${LINE}\n`);
});
