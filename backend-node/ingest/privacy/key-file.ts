import { randomBytes } from 'node:crypto';
import { chmod, link, open, readFile, realpath, stat, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { makeDirectory, syncDirectory } from '../../lake/durable';

const KEY_BYTES = 32;

/** The key of pseudonyms: 32 random bytes, written in hexadecimal. Undefined when the file does not exist. */
export async function readPseudonymKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
    await warnIfOpen(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw badKeyFile(file, `cannot be read: ${(cause as Error).message}`, cause);
  }
  if (!/^[0-9a-f]{64}\s*$/i.test(text)) {
    throw badKeyFile(file, `does not hold a key: it must be ${KEY_BYTES * 2} hexadecimal digits`);
  }
  return Buffer.from(text.trim(), 'hex');
}

const warned = new Set<string>();

/** Says once on stderr that others than the owner can read the key: with it, ids can be tried against pseudonyms. */
async function warnIfOpen(file: string): Promise<void> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0 && !warned.has(file)) {
    warned.add(file);
    process.stderr.write(
      `apitrail: privacy.key_file: others than its owner can read or change ${file}; close it with: chmod 600 ${file}\n`
    );
  }
}

/**
 * Makes a key file, readable by its owner only, and gives its key. When somebody else makes it at the same time, theirs
 * is taken. What was pseudonymised with a key cannot be joined to anything without it: keep a copy. It is on the disk when
 * this returns: what is encrypted with it is acknowledged.
 */
export async function createPseudonymKey(file: string): Promise<Buffer> {
  const folder = dirname(file);
  const temporary = join(folder, `.pseudonym-${randomBytes(6).toString('hex')}`);
  try {
    await makeDirectory(folder, 0o700);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o600);
    try {
      await link(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    } finally {
      await unlink(temporary);
      await syncDirectory(folder);
    }
  } catch (cause) {
    throw badKeyFile(file, `cannot be made: ${(cause as Error).message}. Set privacy.key_file to another place`, cause);
  }
  return (await readPseudonymKey(file))!;
}

/**
 * Refuses a key file inside the lake: whoever gets a copy of the lake would have the key with it. Links are followed.
 */
export async function assertOutsideLake(file: string, lake: string): Promise<void> {
  const place = relative(await existing(resolve(lake)), await existing(resolve(file)));
  if (place === '' || (!place.startsWith('..') && !isAbsolute(place))) {
    throw badKeyFile(
      file,
      `lies inside the lake ${lake}: a copy of the lake would carry the key. Name a place outside it`
    );
  }
}

/** The real path of a file or folder that may not exist yet: that of its nearest folder that does, and the rest. */
async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await existing(parent), relative(parent, path));
  }
}

function badKeyFile(file: string, why: string, cause?: unknown): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_CONFIG', `privacy.key_file: ${file} ${why}.`, {
    where: 'privacy.key_file',
    cause,
  });
}
