import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from './testing/temporary-lake';
import { stoppedBySystem } from './unwritable';

test('what the system refuses is a coded error that says what to do, and a fault of ours stays one', async () => {
  const folder = await temporaryFolder();
  try {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const refused: unknown = await writeFile(join(file, 'below'), '').catch((error: unknown) => error);
    expect(stoppedBySystem(refused, folder.path)).toMatchObject({
      code: 'APITRAIL_LAKE_UNWRITABLE',
      message: expect.stringMatching(/ENOTDIR.*give the command again/),
    });
    const full = new Error('IO Error: Could not write file: No space left on device');
    expect(stoppedBySystem(full, folder.path)).toMatchObject({ code: 'APITRAIL_LAKE_UNWRITABLE' });
    const ours = new TypeError('x is not a function');
    expect(stoppedBySystem(ours, folder.path)).toBe(ours);
  } finally {
    await folder.remove();
  }
});
