import { hkdfSync } from 'node:crypto';

import { pseudonymKeyFile, type PrivacyConfig } from './config';
import { assertOutsideLake, createPseudonymKey, readPseudonymKey } from './key-file';

/** What is encrypted on the disk because the policy has not touched it yet. Each purpose has a key of its own. */
export type StoragePurpose = 'wal' | 'rejects';

/** The key of AES-256 of a purpose: HKDF-SHA-256 of the root key (RFC 5869). */
export function deriveStorageKey(rootKey: Buffer, purpose: StoragePurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', rootKey, '', `apitrail/${purpose}/v1`, 32));
}

/**
 * The key of AES-256 of a purpose, made from the key file of pseudonyms, which is made when there is none. Throws
 * APITRAIL_BAD_CONFIG when the file cannot be used or lies inside the lake.
 */
export async function storageKey(
  source: string | Pick<PrivacyConfig, 'key_file'>,
  purpose: StoragePurpose,
  options: { lake: string }
): Promise<Buffer> {
  const file = typeof source === 'string' ? source : pseudonymKeyFile(source);
  await assertOutsideLake(file, options.lake);
  return deriveStorageKey((await readPseudonymKey(file)) ?? (await createPseudonymKey(file)), purpose);
}
