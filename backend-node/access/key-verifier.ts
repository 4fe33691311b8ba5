import { randomBytes, timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';

import { hashSecret, readKeyFile, scopesOf, type StoredKey } from './key-file';
import { parseKeyText } from './key-format';
import type { Scope } from './scopes';

/** Outcome of looking at a key: who it is, or why it is refused. */
export type Verdict =
  | { ok: true; key: VerifiedKey }
  | { ok: false; reason: 'missing' | 'malformed' | 'unknown' | 'expired' | 'scope'; key?: VerifiedKey };

export interface VerifiedKey {
  id: string;
  name: string;
  /** The scope in its text. */
  scope: Scope;
  /** Everything it opens. */
  scopes: readonly Scope[];
}

/**
 * Checks keys against a key file. The file is looked at on every check, so that a key that was added or removed counts at
 * once, without a restart. A file that cannot be used lets nobody in: `verify` throws what is wrong with it.
 */
export class KeyVerifier {
  private keys = new Map<string, StoredKey>();
  private readFrom = '';
  /** Stands in for a key that is not there, so that unknown ids cost the same work as known ones. */
  private readonly nobody = { salt: randomBytes(16).toString('hex'), hash: randomBytes(32).toString('hex') };

  constructor(private readonly file: string) {}

  /** Whether the bearer token of a request (undefined: it had none) opens the scope. */
  async verify(token: string | undefined, scope: Scope, now: Date = new Date()): Promise<Verdict> {
    await this.refresh();
    if (token === undefined) {
      return { ok: false, reason: 'missing' };
    }
    const parts = parseKeyText(token);
    if (!parts) {
      return { ok: false, reason: 'malformed' };
    }
    const stored = this.keys.get(parts.id);
    const { salt, hash } = stored ?? this.nobody;
    const equal = timingSafeEqual(hashSecret(salt, parts.secret), Buffer.from(hash, 'hex'));
    if (!stored || !equal || stored.scope !== parts.scope) {
      return { ok: false, reason: 'unknown' };
    }
    const key: VerifiedKey = { id: stored.id, name: stored.name, scope: stored.scope, scopes: scopesOf(stored) };
    if (stored.expires !== null && Date.parse(stored.expires) <= now.getTime()) {
      return { ok: false, reason: 'expired', key };
    }
    return key.scopes.includes(scope) ? { ok: true, key } : { ok: false, reason: 'scope', key };
  }

  private async refresh(): Promise<void> {
    const found = await stat(this.file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    const stamp = found ? `${found.ino}:${found.mtimeNs}:${found.ctimeNs}:${found.size}` : 'none';
    if (stamp === this.readFrom) {
      return;
    }
    try {
      this.keys = new Map((await readKeyFile(this.file)).map((key) => [key.id, key]));
      this.readFrom = stamp;
    } catch (error) {
      this.keys = new Map();
      this.readFrom = '';
      throw error;
    }
  }
}
