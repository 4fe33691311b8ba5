import type { IncomingHttpHeaders } from 'node:http';

import { ApitrailError } from '@apitrail/contract';

import { FailedAttempts } from '../access/failed-attempts';
import { IDENTITY_HEADER, readIdentity, type Identity } from '../access/identity';
import type { KeyVerifier, VerifiedKey } from '../access/key-verifier';
import type { Scope } from '../access/scopes';
import { isLoopback } from '../config/listen';

export interface GateOptions {
  /** What a key must open. */
  scope: Scope;
  /** Undefined: no keys are asked for (`--no-auth`). */
  verifier: KeyVerifier | undefined;
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

/** Who was let in. */
export interface Caller {
  key: VerifiedKey | undefined;
  identity: Identity | undefined;
  /** Queries of one name share their turns. */
  name: string;
}

/** A refusal with the seconds after which to try again. */
export class RetryableRefusal extends ApitrailError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number
  ) {
    super('APITRAIL_TOO_MANY_ATTEMPTS', message);
  }
}

/** Decides who may come in. Every method throws an ApitrailError that says why not. */
export class Gate {
  private readonly failures = new FailedAttempts();

  constructor(private readonly options: GateOptions) {}

  /**
   * Refuses a name that is not ours. Without keys, a page of the web whose name was pointed at this machine (DNS rebinding)
   * would otherwise read everything.
   */
  checkHost(host: string | undefined): void {
    const { allowedHosts, verifier } = this.options;
    const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
    const listed = allowedHosts.some((other) => other.toLowerCase() === name);
    const allowed = listed || (verifier ? allowedHosts.length === 0 : isLoopback(name.replace(/^\[(.*)\]$/, '$1')));
    if (!allowed) {
      throw new ApitrailError(
        'APITRAIL_FORBIDDEN',
        'This listener does not answer to that host name. Use its own address, or add the name to allowed_hosts.',
        { where: 'Host' }
      );
    }
  }

  /**
   * Refuses pages of other sites where no key protects (CSRF). Gives the origin when it is one that may read answers from
   * a browser.
   */
  checkOrigin(
    { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode }: IncomingHttpHeaders,
    method = 'GET'
  ): string | undefined {
    const allowed = origin !== undefined && this.options.allowedOrigins.includes(origin);
    if (allowed || this.options.verifier) {
      return allowed ? origin : undefined;
    }
    const foreign =
      origin === undefined
        ? site === 'cross-site' && !(mode === 'navigate' && isSafe(method))
        : origin !== `http://${host ?? ''}`;
    if (foreign) {
      throw new ApitrailError(
        'APITRAIL_FORBIDDEN',
        'This listener does not answer to pages of that origin. Add it to allowed_origins if it may ask.',
        { where: 'Origin' }
      );
    }
    return undefined;
  }

  /** Checks the key, then reads on whose behalf it is used. The key is the bearer token, where no other is given. */
  async identify(
    headers: IncomingHttpHeaders,
    address: string,
    token: string | undefined = bearerToken(headers),
    scope: Scope = this.options.scope
  ): Promise<Caller> {
    const key = await this.checkKey(token, address, scope);
    const identity = readIdentity(headers[IDENTITY_HEADER]);
    const name = [key?.id ?? address, identity?.kind ?? '', identity?.subject ?? ''].join(' ');
    return { key, identity, name };
  }

  private async checkKey(token: string | undefined, address: string, scope: Scope): Promise<VerifiedKey | undefined> {
    const { verifier } = this.options;
    if (!verifier) {
      return undefined;
    }
    const verdict = await verifier.verify(token, scope);
    if (verdict.ok) {
      return verdict.key;
    }
    const wait = this.failures.note(address);
    if (wait > 0) {
      throw new RetryableRefusal(`Too many requests without a valid key. Try again in ${wait} s.`, wait);
    }
    const make = `Make one with: apitrail keys add --scope ${scope} --name NAME`;
    switch (verdict.reason) {
      case 'scope':
        throw new ApitrailError(
          'APITRAIL_FORBIDDEN',
          `The key ${verdict.key!.name} has the scope ${verdict.key!.scopes.join(', ')}; this address needs ${scope}. ${make}.`,
          { where: 'Authorization' }
        );
      case 'expired':
        throw unauthenticated(`The key ${verdict.key!.name} has expired. ${make}.`);
      case 'missing':
        throw unauthenticated(`A key is needed: send the header "Authorization: Bearer apl_${scope}_…". ${make}.`);
      case 'malformed':
        throw unauthenticated(`That is no key of Apitrail, or it was cut or mistyped. ${make}.`);
      case 'unknown':
        throw unauthenticated(`That key is not known here, or was removed. ${make}.`);
    }
  }
}

/** A link may lead here; a form may not send anything. */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function unauthenticated(message: string): ApitrailError {
  return new ApitrailError('APITRAIL_UNAUTHENTICATED', message, { where: 'Authorization' });
}
