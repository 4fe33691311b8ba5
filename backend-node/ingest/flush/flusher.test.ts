import { readdir } from 'node:fs/promises';

import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { IngestCounters } from '../intake/counters';
import { KnownKeyFiles } from '../intake/known-key-files';
import { KnownKeys } from '../intake/known-keys';
import { SILENT } from '../intake/testing/intake-bench';
import { StateFiles } from '../rows/state-files';
import { Flusher, type FlusherOptions } from './flusher';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** A promise, and what resolves it. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

it('leaves the state of the next commit alone while it lets go of the last one', async () => {
  const [committing, released] = [gate(), gate()];
  const states = await StateFiles.open(folder.path);
  const save = states.save.bind(states);
  states.save = async (version, content) => {
    await save(version, content);
    if (version === 2) {
      committing.open();
      await released.passed;
    }
  };
  const keys = new KnownKeys(1e12);
  const flusher = new Flusher({
    ...{ states, keys, counters: new IngestCounters(SILENT), flushed: 0 },
    keyFiles: await KnownKeyFiles.open(folder.path, keys, { committed: 0, windowUs: 1e12, most: 2 ** 21 }),
    lake: {
      directory: folder.path,
      append: () => committing.passed.then(() => ({ rows: 1 })),
    } as unknown as FlusherOptions['lake'],
    preparation: { state: () => ({ sessions: null, routes: null }) } as unknown as FlusherOptions['preparation'],
    wal: { release: () => Promise.resolve(released.open()) },
    retired: { add: () => undefined } as unknown as FlusherOptions['retired'],
    onFailure: () => Promise.resolve(),
  });
  await flusher.seal({ to: 1, files: [], rows: 1 });
  await flusher.seal({ to: 2, files: [], rows: 1 });
  expect(await readdir(folder.path)).toContain('state-2.json');
  await flusher.stop();
  expect(await readdir(folder.path)).toEqual(['state-2.json']);
});

it('leaves alone what is only half written', async () => {
  const states = await StateFiles.open(folder.path);
  await states.save(1, 'one');
  await states.save(2, 'two');
  const writing = states.save(3, Buffer.alloc(8 * 2 ** 20));
  while (!(await readdir(folder.path)).some((name) => name.startsWith('.tmp-'))) {
    // It begins a turn later.
  }
  await states.removeOlder(2);
  await writing;
  expect((await readdir(folder.path)).sort()).toEqual(['state-2.json', 'state-3.json']);
});
