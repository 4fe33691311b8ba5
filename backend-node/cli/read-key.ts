import { readFile } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';
import { Option } from 'commander';

/** `--key-file`, of commands that send to a companion. */
export const keyFileOption = () =>
  new Option(
    '--key-file <file>',
    'file with a key of the scope ingest (default: the environment variable APITRAIL_KEY)'
  );

/** The key of a file, or of `APITRAIL_KEY`; undefined without either. */
export async function readKey(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) {
    return process.env.APITRAIL_KEY;
  }
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new ApitrailError('APITRAIL_USAGE', `The key cannot be read: ${(error as Error).message}.`, {
      where: '--key-file',
      cause: error,
    });
  }
}
