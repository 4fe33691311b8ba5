import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { glob, isDynamicPattern } from 'tinyglobby';

import { hasCode } from '../../lake/durable';

/** What tells at a glance whether something about a file is new. */
export interface FileSignature {
  device: number;
  inode: number;
  size: number;
  modifiedMs: number;
}

/** The files that arguments name now: files that may not be there yet, folders with all files below, patterns. */
export async function findLogs(args: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const arg of args) {
    for (const path of await logsOf(arg)) {
      found.add(path);
    }
  }
  return [...found];
}

async function logsOf(arg: string): Promise<string[]> {
  const info = await stat(arg).catch(() => undefined);
  if (info?.isDirectory()) {
    const below = await glob('**/*', { cwd: arg, onlyFiles: true, expandDirectories: false });
    return below.sort().map((path) => join(resolve(arg), path));
  }
  if (!info && isDynamicPattern(arg)) {
    return (await glob(arg, { onlyFiles: true, expandDirectories: false, absolute: true })).sort();
  }
  return [resolve(arg)];
}

/** Folders in which something happens when one of the logs does. */
export function foldersOf(args: readonly string[]): string[] {
  const folders = args.map((arg) => {
    const fixed = arg.split('/');
    const dynamic = fixed.findIndex((part) => isDynamicPattern(part));
    return dynamic < 0
      ? dirname(resolve(arg))
      : resolve(fixed.slice(0, dynamic).join('/') || (arg.startsWith('/') ? '/' : '.'));
  });
  return [...new Set(folders)];
}

/** The signature of a plain file; undefined when there is none. */
export async function signatureOf(path: string): Promise<FileSignature | undefined> {
  try {
    const info = await stat(path);
    return info.isFile() ? { device: info.dev, inode: info.ino, size: info.size, modifiedMs: info.mtimeMs } : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}

export const sameFile = (a: Pick<FileSignature, 'device' | 'inode'>, b: Pick<FileSignature, 'device' | 'inode'>) =>
  a.device === b.device && a.inode === b.inode;

export const sameSignature = (a: FileSignature, b: FileSignature): boolean =>
  sameFile(a, b) && a.size === b.size && a.modifiedMs === b.modifiedMs;

/**
 * Files that a log may have become when it was rotated: in its folder, their names begin as its own does without the
 * extension (`access.log.1`, `access.log-20261123.gz`, `access-2026-11-23.log`).
 */
export async function rotatedNames(path: string): Promise<string[]> {
  const folder = dirname(path);
  const stem = basename(path).replace(/\.[^.]*$/, '') || basename(path);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(stem) && name !== basename(path))
    .sort()
    .map((name) => join(folder, name));
}
