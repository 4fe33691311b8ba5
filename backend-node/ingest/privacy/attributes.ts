import type { PrivacyConfig } from './config';
import type { Pseudonymiser } from './pseudonymiser';
import { canonicalAddress, cutAddress } from '../normalise/address';

type Treatment = 'secret' | 'address' | 'person' | 'query' | 'other';

const HEADER_PREFIX = /^(?:http\.)?(?:request\.|response\.)?headers?[._]/;
const SECRET =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie2?(?:\.|$)|api-?key|secret|passw(?:or)?d|credential|(?:^|[-.])(?:auth|access|refresh|id|session|csrf|xsrf|security|bearer)-?token$|^token$|^jwt$/;
const ADDRESS =
  /(?:^|[-.])(?:x-forwarded-for|forwarded|x-real-ip|true-client-ip|cf-connecting-ip|client-ip|cluster-client-ip|remote-host|remote-addr|realip-remote-addr|peer-address|client\.address|source\.address|source\.ip|client\.ip)$/;
const PERSON = /^(?:user|enduser)\.|(?:^|[-.])(?:e-?mail|user-?name|login|ident)$/;
const QUERY = /^(?:args|query-string|url-query|url\.query)$/;

function treatmentOf(name: string): Treatment {
  const bare = name.toLowerCase().replace(HEADER_PREFIX, '').replaceAll('_', '-');
  return SECRET.test(bare)
    ? 'secret'
    : ADDRESS.test(bare)
      ? 'address'
      : PERSON.test(bare)
        ? 'person'
        : QUERY.test(bare)
          ? 'query'
          : 'other';
}

/**
 * Puts attributes under the policy: secrets (authorization, cookies, keys, tokens, passwords) always go; addresses, names
 * of people and query strings, wherever they stand, get what the policy says of the column of their kind. Gives undefined
 * when nothing is left.
 */
export function attributeProtector(
  config: PrivacyConfig,
  pseudonymiser: Pseudonymiser | undefined
): (attributes: Record<string, string>) => Record<string, string> | undefined {
  const treatments = new Map<string, Treatment>();
  return (attributes) => {
    let kept: Record<string, string> | undefined;
    for (const name in attributes) {
      let treatment = treatments.get(name);
      if (treatment === undefined) {
        treatments.set(name, (treatment = treatmentOf(name)));
      }
      const value = protectValue(attributes[name]!, treatment, config, pseudonymiser);
      if (value !== undefined && value !== '') {
        (kept ??= {})[name] = value;
      }
    }
    return kept;
  };
}

function protectValue(
  value: string,
  treatment: Treatment,
  config: PrivacyConfig,
  pseudonymiser: Pseudonymiser | undefined
): string | undefined {
  switch (treatment) {
    case 'secret':
      return undefined;
    case 'address':
      return config.client_ip === 'keep' ? value : config.client_ip === 'drop' ? undefined : cutAddresses(value, true);
    case 'person':
      return config.customer === 'keep'
        ? value
        : config.customer === 'drop'
          ? undefined
          : pseudonymiser!.pseudonym('customer', value);
    case 'query':
      return config.query === 'keep' ? value : undefined;
    case 'other': {
      const text = config.query === 'drop' && MAY_HAVE_QUERY.test(value) ? withoutQuery(value) : value;
      return config.client_ip !== 'keep' && MAY_BE_ADDRESS.test(text)
        ? config.client_ip === 'drop' && cutAddresses(text, true) !== undefined
          ? undefined
          : cutAddresses(text, false)
        : text;
    }
  }
}

const MAY_HAVE_QUERY = /[?#]|:\/\/[^/]*@/;
const MAY_BE_ADDRESS = /^[\s\d.:a-fA-F,[\]%]+$/;
const URL_LIKE = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/|[A-Z]+ )/;
const USER_INFO = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/?#@]*@/;

/** A URL, path or request line without query, fragment and user; other text as it is. */
export function withoutQuery(value: string): string {
  if (!URL_LIKE.test(value)) {
    return value;
  }
  const end = value.search(/[?#]/);
  return (end < 0 ? value : value.slice(0, end)).replace(USER_INFO, '$1');
}

/** A list of addresses, each cut to its network. Where a part is no address: undefined if `strict`, else as it was. */
function cutAddresses(value: string, strict: boolean): string | undefined {
  const parts: string[] = [];
  for (const part of value.split(',')) {
    const address = canonicalAddress(part.trim());
    if (address === undefined) {
      return strict ? undefined : value;
    }
    parts.push(cutAddress(address));
  }
  return parts.join(', ');
}
