import { hkdfSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import { hasCode } from '../../lake/durable';
import { rejectsDirectory, walDirectory } from '../../lake/layout';
import { pseudonymKeyFile, type PrivacyConfig } from './config';
import { assertOutsideLake, createPseudonymKey, readPseudonymKey } from './key-file';

/** What is encrypted on the disk because the policy has not touched it yet. Each purpose has a key of its own. */
export type StoragePurpose = 'wal' | 'rejects';

/** The key of AES-256 of a purpose: HKDF-SHA-256 of the root key (RFC 5869). */
export function deriveStorageKey(rootKey: Buffer, purpose: StoragePurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', rootKey, '', `apitrail/${purpose}/v1`, 32));
}

/**
 * The key of AES-256 of a purpose, made from the key file of pseudonyms, which is made when there is none and the lake has
 * nothing that was encrypted. Throws APITRAIL_BAD_CONFIG when the file cannot be used, lies inside the lake, or is gone.
 */
export async function storageKey(
  source: string | Pick<PrivacyConfig, 'key_file'>,
  purpose: StoragePurpose,
  options: { lake: string }
): Promise<Buffer> {
  const file = typeof source === 'string' ? source : pseudonymKeyFile(source);
  await assertOutsideLake(file, options.lake);
  return deriveStorageKey((await readPseudonymKey(file)) ?? (await newKey(file, options.lake)), purpose);
}

async function newKey(file: string, lake: string): Promise<Buffer> {
  for (const folder of [walDirectory(lake), rejectsDirectory(lake)]) {
    if ((await filesIn(folder)).length > 0) {
      throw new ApitrailError(
        'APITRAIL_BAD_CONFIG',
        `privacy.key_file: ${file} is not there, and ${folder} has files that only its key can read. Put the key back from a copy, or name its place.`,
        { where: 'privacy.key_file' }
      );
    }
  }
  return createPseudonymKey(file);
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  }
}
