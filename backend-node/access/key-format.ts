import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { isScope, type Scope } from './scopes';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
/** Digits of 32 bytes in base 62, rounded up. */
const SECRET_LENGTH = 43;
const CRC_LENGTH = 6;

const SHAPE = new RegExp(
  `^apl_([a-z]+)_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})_([0-9A-Za-z]{${CRC_LENGTH}})$`
);

/** The parts of a key. `secret` is the part that only its holder knows. */
export interface KeyParts {
  scope: Scope;
  /** Names the key in lists, logs and the key file; no secret. */
  id: string;
  secret: string;
}

/**
 * A new key, `apl_<scope>_<id>_<secret>_<crc>`: the prefix lets scanners for leaked secrets find it, the id is what it is
 * looked up by, the secret is 32 random bytes in base 62, the CRC-32 tells a mistyped key from a wrong one.
 */
export function generateKey(scope: Scope): { key: string; parts: KeyParts } {
  const id = toBase62(randomBytes(8), ID_LENGTH + 1).slice(-ID_LENGTH);
  const secret = toBase62(randomBytes(32), SECRET_LENGTH);
  const body = `apl_${scope}_${id}_${secret}`;
  return { key: `${body}_${checksum(body)}`, parts: { scope, id, secret } };
}

/** The parts of a key, or undefined when the text is none or was mistyped. */
export function parseKeyText(text: string): KeyParts | undefined {
  const match = SHAPE.exec(text);
  if (!match) {
    return undefined;
  }
  const [, scope, id, secret, crc] = match as unknown as [string, string, string, string, string];
  return isScope(scope) && checksum(`apl_${scope}_${id}_${secret}`) === crc ? { scope, id, secret } : undefined;
}

function checksum(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return toBase62(bytes, CRC_LENGTH);
}

function toBase62(bytes: Buffer, length: number): string {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < length; digit++) {
    text = BASE62[Number(number % 62n)]! + text;
    number /= 62n;
  }
  return text;
}
