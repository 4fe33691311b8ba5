import { stat } from 'node:fs/promises';
import { isAbsolute, join as joinPath, resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import { glob } from 'tinyglobby';

import { hasCode } from '../durable';

/** A file of an external dataset, as the file system has it. */
export interface ListedFile {
  /** Absolute path. */
  path: string;
  bytes: number;
  /** Changes when the file does. */
  stamp: string;
}

/** Lists what a folder, at any depth, or a pattern has of Parquet files, in the order of their paths. */
export async function listFiles(files: string, base: string): Promise<ListedFile[]> {
  const pattern = isAbsolute(files) ? files : joinPath(base, files);
  const folder = await isFolder(pattern);
  const paths = folder
    ? await glob('**/*.parquet', { cwd: pattern, absolute: true, onlyFiles: true, expandDirectories: false })
    : await glob(pattern.replaceAll('\\', '/'), {
        cwd: base,
        absolute: true,
        onlyFiles: true,
        expandDirectories: false,
      });
  const listed = await Promise.all(paths.map((path) => describeFile(resolve(path))));
  return listed.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) {
        return false;
      }
      throw new ApitrailError('APITRAIL_LAKE_UNREADABLE', `${path} cannot be listed: ${(error as Error).message}`, {
        where: path,
        cause: error,
      });
    }
  );
}

/** A file that was removed since it was listed is not there. */
async function describeFile(path: string): Promise<ListedFile | undefined> {
  return stat(path).then(
    ({ size, mtimeMs }) => ({ path, bytes: size, stamp: `${mtimeMs}:${size}` }),
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) {
        return undefined;
      }
      throw error;
    }
  );
}

/** Names of columns that the folders of a path give, as in `region=eu/dt=2026-11-23/a.parquet`. */
export function folderColumns(path: string): string[] {
  return path
    .split('/')
    .slice(0, -1)
    .flatMap((segment) => /^([^=]+)=/.exec(segment)?.slice(1, 2) ?? []);
}
