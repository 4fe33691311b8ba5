import { createHmac, hkdfSync } from 'node:crypto';

import { pseudonymKeyFile, type PrivacyConfig } from './config';
import { assertOutsideLake, createPseudonymKey, readPseudonymKey } from './key-file';

/** What a pseudonym is for. Each purpose has a key of its own, so that equal ids in two columns cannot be joined. */
export type PseudonymField = 'customer' | 'account' | 'session' | 'object_id';

const PREFIX = 'p1_';
const SHAPE = /^p1_[A-Za-z0-9_-]{22}$/;
const REMEMBERED = 100_000;
/** Longer ids are seldom the same, and no ids. */
const LONGEST_REMEMBERED = 256;

/** Whether a value has the shape of a pseudonym. */
export function isPseudonym(value: string): boolean {
  return SHAPE.test(value);
}

/** Turns ids into pseudonyms: the same id gives the same pseudonym as long as the key is the same. */
export class Pseudonymiser {
  private readonly keys = new Map<string, Buffer>();
  private readonly known = new Map<string, Map<string, string>>();

  constructor(private readonly rootKey: Buffer) {}

  /** The pseudonym of an id: `p1_` and 128 bits of HMAC-SHA-256. A value that already has this shape stays as it is. */
  pseudonym(field: PseudonymField, value: string): string {
    let known = this.known.get(field);
    if (!known || known.size >= REMEMBERED) {
      this.known.set(field, (known = new Map()));
    }
    let pseudonym = known.get(value);
    if (pseudonym === undefined) {
      pseudonym = isPseudonym(value) ? value : PREFIX + this.keyedHash(field, value);
      if (value.length <= LONGEST_REMEMBERED) {
        known.set(value, pseudonym);
      }
    }
    return pseudonym;
  }

  isPseudonym(value: string): boolean {
    return isPseudonym(value);
  }

  /** 128 bits of HMAC-SHA-256 in base64url, with the key of a purpose (HKDF-SHA-256 of the root key, RFC 5869). */
  keyedHash(purpose: string, value: string): string {
    let key = this.keys.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.rootKey, '', `apitrail/pseudonym/v1/${purpose}`, 32));
      this.keys.set(purpose, key);
    }
    return createHmac('sha256', key).update(value).digest().subarray(0, 16).toString('base64url');
  }
}

export interface PseudonymiserOptions<Create extends boolean = true> {
  /** Folder of the lake, in which the key must not be. */
  lake?: string;
  /** Makes the key file when there is none. Default: true. */
  create?: Create;
}

/**
 * The pseudonymiser of a key file, or of a privacy configuration’s. Throws APITRAIL_BAD_CONFIG when the file cannot be
 * used. With `create: false` it is undefined when there is no key yet, and so no pseudonym either.
 */
export async function createPseudonymiser<Create extends boolean = true>(
  source: string | Pick<PrivacyConfig, 'key_file'>,
  options: PseudonymiserOptions<Create> = {}
): Promise<Create extends true ? Pseudonymiser : Pseudonymiser | undefined> {
  const file = typeof source === 'string' ? source : pseudonymKeyFile(source);
  if (options.lake !== undefined) {
    await assertOutsideLake(file, options.lake);
  }
  const key = (await readPseudonymKey(file)) ?? (options.create === false ? undefined : await createPseudonymKey(file));
  return (key && new Pseudonymiser(key)) as Pseudonymiser;
}
