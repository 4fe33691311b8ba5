import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { COMPLETE, currentHotDirectory, hotFileName, readHotFolder } from '../../lake/hot/hot-files';
import { ownIdentity, type ProcessIdentity } from '../../lake/process-identity';
import { HotWriter } from './hot-writer';

let machine: string | undefined;
jest.mock('../../lake/process-identity', () => {
  const real = jest.requireActual<{ ownIdentity(): Promise<ProcessIdentity> }>('../../lake/process-identity');
  return {
    ...real,
    ownIdentity: async () => ({ ...(await real.ownIdentity()), ...(machine === undefined ? {} : { machine }) }),
  };
});

let lake: string;
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-'));
});
afterEach(async () => {
  machine = undefined;
  await rm(lake, { recursive: true });
});

async function leaveFiles(): Promise<void> {
  const folder = await currentHotDirectory(lake);
  await mkdir(folder, { recursive: true });
  const name = hotFileName({ from: 1, to: 1, rows: 1, oldest: 1, newest: 1, unweighted: true });
  await Promise.all([name, COMPLETE].map((each) => writeFile(join(folder, each), 'rows')));
}

it('keeps the hot files of this boot', async () => {
  await leaveFiles();
  expect(await (await HotWriter.open(lake)).list()).toHaveLength(1);
});

it('trusts no hot files where the system does not tell boots apart', async () => {
  machine = 'host - -';
  expect((await ownIdentity()).machine).toBe(machine);
  await leaveFiles();
  expect((await readHotFolder(lake)).files).toHaveLength(1);
  await HotWriter.open(lake);
  expect(await readHotFolder(lake)).toEqual({ files: [], complete: false });
});
