import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import { glob, isDynamicPattern } from 'tinyglobby';

/** Something to import: a file, or standard input (no path). */
export interface Input {
  /** As it was named, for messages. */
  label: string;
  /** Goes into the column `source`: the file’s name without its folder. */
  name: string;
  path?: string;
}

export const STANDARD_INPUT: Input = { label: 'standard input', name: 'stdin' };

/**
 * The files that arguments name: files themselves, folders (all files below them, hidden ones left out), patterns such as
 * `logs/*.gz`, and `-` for standard input. Each file once, in the order in which it is first named. Throws
 * APITRAIL_BAD_FILE for what does not exist.
 */
export async function expandInputs(args: readonly string[]): Promise<Input[]> {
  const inputs = new Map<string, Input>();
  for (const arg of args) {
    if (arg === '-') {
      inputs.set('-', STANDARD_INPUT);
      continue;
    }
    for (const path of await filesOf(arg)) {
      inputs.set(path, { label: path, name: basename(path), path });
    }
  }
  return [...inputs.values()];
}

async function filesOf(arg: string): Promise<string[]> {
  const info = await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) {
    const found = await glob('**/*', { cwd: arg, onlyFiles: true, expandDirectories: false });
    return notEmpty(
      found.sort().map((path) => join(arg, path)),
      arg,
      'holds no files'
    );
  }
  if (info) {
    return [arg];
  }
  if (isDynamicPattern(arg)) {
    const found = await glob(arg, { onlyFiles: true, expandDirectories: false });
    return notEmpty(found.sort(), arg, 'matches no file');
  }
  throw new ApitrailError('APITRAIL_BAD_FILE', `There is no file ${arg}.`, { where: arg });
}

function notEmpty(files: string[], arg: string, what: string): string[] {
  if (files.length === 0) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${arg} ${what}.`, { where: arg });
  }
  return files;
}
