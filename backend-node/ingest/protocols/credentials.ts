/** Reads a header by its name. */
export type HeaderReader = (name: string) => string | undefined;

/** What follows a scheme in `Authorization`, such as `Splunk <key>`; the scheme in any case. */
export function credentialsOf(header: HeaderReader, scheme: string): string | undefined {
  const text = header('authorization');
  if (text === undefined || text.slice(0, scheme.length).toLowerCase() !== scheme.toLowerCase()) {
    return undefined;
  }
  return /^ +(\S+) *$/.exec(text.slice(scheme.length))?.[1];
}

/**
 * The key where every client can put it: `Authorization: Bearer <key>`, or the password of `Basic`, whose name may be
 * anything.
 */
export function commonToken(header: HeaderReader): string | undefined {
  const bearer = credentialsOf(header, 'Bearer');
  if (bearer !== undefined) {
    return bearer;
  }
  return pairOf(credentialsOf(header, 'Basic'))?.[1];
}

/** Elasticsearch’s `Authorization: ApiKey <base64 of id:key>`; also the key itself, unencoded. */
export function apiKeyToken(header: HeaderReader): string | undefined {
  const given = credentialsOf(header, 'ApiKey');
  return given?.startsWith('apl_') ? given : pairOf(given)?.[1];
}

/** The two parts of what `Basic` and `ApiKey` encode. */
function pairOf(encoded: string | undefined): [string, string] | undefined {
  if (encoded === undefined) {
    return undefined;
  }
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1)];
}
