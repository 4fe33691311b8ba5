import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import { z } from 'zod';

import { withFileLock } from '../lake/file-lock';
import { generateKey } from './key-format';
import { SCOPES, type Scope } from './scopes';

const scopeSchema = z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]);

const storedKeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** The scope in the key's own text. */
  scope: scopeSchema,
  /** What it opens beside. */
  also: z.array(scopeSchema).optional(),
  /** SHA-256 over salt and secret, both in hex. The secret has 256 random bits, so that a slow hash would add nothing. */
  salt: z.string(),
  hash: z.string(),
  /** ISO times, UTC. */
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
});

const keyFileSchema = z.strictObject({ version: z.literal(1), keys: z.array(storedKeySchema) });

/** A key as it is stored: everything but its secret. */
export type StoredKey = z.output<typeof storedKeySchema>;

/** Everything a key opens. */
export function scopesOf({ scope, also = [] }: Pick<StoredKey, 'scope' | 'also'>): Scope[] {
  return [scope, ...also];
}

/** Hash of a secret as it is stored. */
export function hashSecret(salt: string, secret: string): Buffer {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(secret).digest();
}

/**
 * Reads the keys of a file. No file means no keys. Throws an ApitrailError where the file is damaged or where others than
 * its owner may write it.
 */
export async function readKeyFile(file: string): Promise<StoredKey[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw damaged(file, `cannot be read: ${(error as Error).message}`, error);
  }
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o022) !== 0) {
    throw damaged(file, `can be written by others than its owner. Run: chmod 600 ${file}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(file, 'is not JSON', error);
  }
  const parsed = keyFileSchema.safeParse(json);
  if (!parsed.success) {
    throw damaged(file, `is damaged: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  }
  return parsed.data.keys;
}

/** Adds a key and gives its text, which is stored nowhere: who loses it needs a new one. */
export async function addKey(
  file: string,
  { name, scope, also = [], expires }: { name: string; scope: Scope; also?: Scope[]; expires: Date | null }
): Promise<{ key: string; stored: StoredKey }> {
  const { key, parts } = generateKey(scope);
  const salt = randomBytes(16).toString('hex');
  const stored: StoredKey = {
    id: parts.id,
    name,
    scope,
    ...(also.length > 0 ? { also } : {}),
    salt,
    hash: hashSecret(salt, parts.secret).toString('hex'),
    created: new Date().toISOString(),
    expires: expires ? expires.toISOString() : null,
  };
  await changeKeys(file, (keys) => {
    if (keys.some((other) => other.name === name && other.scope === scope)) {
      throw new ApitrailError(
        'APITRAIL_USAGE',
        `There is a ${scope} key named ${JSON.stringify(name)} already. Choose another name, or remove the old one first: apitrail keys remove ${name}.`,
        { where: '--name' }
      );
    }
    return [...keys, stored];
  });
  return { key, stored };
}

/** Removes every key of that id or name; gives those that were removed. */
export async function removeKeys(file: string, idOrName: string): Promise<StoredKey[]> {
  let removed: StoredKey[] = [];
  await changeKeys(file, (keys) => {
    removed = keys.filter(({ id, name }) => id === idOrName || name === idOrName);
    return keys.filter((key) => !removed.includes(key));
  });
  return removed;
}

async function changeKeys(file: string, change: (keys: StoredKey[]) => StoredKey[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // Two commands at once must not lose each other's key.
  await withFileLock(`${file}.lock`, 'the keys', async () => {
    const keys = change(await readKeyFile(file));
    const temporary = `${file}.new`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, file);
  });
}

function damaged(file: string, what: string, cause?: unknown): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_CONFIG', `The key file ${file} ${what}.`, { where: file, cause });
}
