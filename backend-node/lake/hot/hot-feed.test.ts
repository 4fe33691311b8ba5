import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from '../testing/temporary-lake';
import { HotFeed } from './hot-feed';
import { currentHotDirectory, hotFileName, type HotFile } from './hot-files';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let feed: HotFeed;
const stops: Array<() => void> = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  feed = new HotFeed(folder.path);
});
afterEach(async () => {
  stops.splice(0).forEach((stop) => stop());
  await folder.remove();
});

/** A hot file as it appears; its rows do not matter here. */
async function appears(batch: number, modified = Date.now()): Promise<void> {
  const directory = await currentHotDirectory(folder.path);
  await mkdir(directory, { recursive: true });
  const facts = { from: batch, to: batch, rows: 1, oldest: null, newest: null, unweighted: true };
  const path = join(directory, hotFileName(facts));
  await writeFile(`${path}.part`, 'x');
  await utimes(`${path}.part`, modified / 1000, modified / 1000);
  await rename(`${path}.part`, path);
}

/** A follower: the batches it was told of, and a promise that there are so many. */
async function follower(since?: number) {
  const told: number[] = [];
  let heard = () => undefined as void;
  stops.push(
    await feed.follow((files: readonly HotFile[]) => {
      told.push(...files.map(({ from }) => from));
      heard();
    }, since)
  );
  const batches = async (count: number): Promise<number[]> => {
    while (told.length < count) {
      await new Promise<void>((resolve) => (heard = resolve));
    }
    return told;
  };
  return { told, batches };
}

it('tells of what appears, and not of what was there', async () => {
  await appears(1);
  const { batches } = await follower();
  await appears(2);
  expect(await batches(1)).toEqual([2]);
  await appears(3);
  expect(await batches(2)).toEqual([2, 3]);
});

it('tells of what appeared since a time', async () => {
  await appears(1, Date.now() - 60_000);
  await appears(2);
  const { batches } = await follower(Date.now() - 30_000);
  await appears(3);
  expect(await batches(2)).toEqual([2, 3]);
});

it('tells a follower of what others were told of while it began', async () => {
  const first = await follower();
  const list = feed['rows'].list.bind(feed['rows']);
  jest.spyOn(feed['rows'], 'list').mockImplementationOnce(async () => {
    const files = await list();
    await appears(1);
    await first.batches(1);
    return files;
  });
  const second = await follower();
  expect(await second.batches(1)).toEqual([1]);
});
