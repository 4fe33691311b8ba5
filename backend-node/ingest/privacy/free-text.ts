import { treatmentOf } from './attribute-names';
import type { PrivacyConfig } from './config';
import type { Pseudonymiser } from './pseudonymiser';
import { canonicalAddress, cutAddress } from '../normalise/address';

/** What stands where something was taken out of a text. */
export const DROPPED = '[dropped]';

const MAY_HOLD_SOMETHING = /[?#=:"]|\d\.\d|\[\d|earer |asic |eyJ/;

const TARGET_START = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\/|[A-Z]{3,10} [^\s?#]*[?#]\S)/;
const USER_INFO = /([A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/)[^\s/?#@"]{1,300}@/g;
const QUERY = /[?#][^\s"'<>`\\]+/g;
const PARAMETER = /^[?#&][^\s=?]{1,200}=/;

/** A URL, path or request line without query, fragment and user; other text as it is. */
export function withoutQuery(value: string): string {
  return TARGET_START.test(value) ? cutTarget(value) : value;
}

/** What is known to be a target, a URL or a request line, up to its query or fragment, and without user. */
export function cutTarget(value: string): string {
  const end = value.search(/[?#]/);
  return (end < 0 ? value : value.slice(0, end)).replace(USER_INFO, '$1');
}

/** Takes query strings out of a text: what follows a `?` after a path, or a `?` or `#` before `name=`. */
export function maskQueries(text: string): string {
  return text
    .replace(QUERY, (query, offset: number) =>
      PARAMETER.test(query) || (query[0] === '?' && follows(text, offset)) ? `?${DROPPED}` : query
    )
    .replace(USER_INFO, '$1');
}

/** Whether the word before a place has a slash in it, and so looks like a path. */
function follows(text: string, offset: number): boolean {
  const word = /[^\s"'<>`\\]*$/.exec(text.slice(Math.max(0, offset - 256), offset))![0];
  return word.includes('/');
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`(?<![\\d.])(?:${OCTET}\\.){3}${OCTET}(?!\\.?\\d)`, 'g');
const COLONS = /(?<![\w:])\w{0,64}(?::[\w.%]{0,64}){2,}/g;
/** An IPv6 address with zone and port is shorter; longer runs of colons are something else. */
const LONGEST_RUN = 100;
const LABEL = /^[A-Za-z_]\w*:(?=[0-9A-Fa-f:])/;
const VERSION_BEFORE = /(?:^|[^A-Za-z])v(?:er(?:sion)?)?["']?[ =:/]{0,2}["']?$/i;

/** Cuts the addresses in a text to their networks, or takes them out. Versions, times and hexadecimal digests stay. */
export function maskAddresses(text: string, policy: 'cut' | 'drop'): string {
  const put = (address: string): string => (policy === 'cut' ? cutAddress(address) : DROPPED);
  return text
    .replace(COLONS, (run) => {
      for (let rest = run, label = ''; ;) {
        const address = rest.length <= LONGEST_RUN ? addressAtStart(rest) : undefined;
        if (address !== undefined) {
          return label + put(address.canonical) + rest.slice(address.length);
        }
        const match = LABEL.exec(rest);
        if (!match) {
          return run;
        }
        label += match[0];
        rest = rest.slice(match[0].length);
      }
    })
    .replace(IPV4, (address, offset: number) =>
      VERSION_BEFORE.test(text.slice(Math.max(0, offset - 12), offset)) ? address : put(address)
    );
}

/** The IPv6 address a run starts with; a port, a word or a full stop may follow it. */
function addressAtStart(run: string): { canonical: string; length: number } | undefined {
  for (let text = run, tries = 0; tries < 4; tries++) {
    const canonical = isWrittenIpv6(text) ? canonicalAddress(text) : undefined;
    if (canonical !== undefined) {
      return { canonical, length: text.length };
    }
    text = /[.:]$/.test(text) ? text.slice(0, -1) : text.slice(0, Math.max(0, text.lastIndexOf(':')));
  }
  return undefined;
}

/** Octets in pairs of digits are hardware addresses and digests; names such as `face::add` have no digit. */
function isWrittenIpv6(text: string): boolean {
  return (text.includes('::') && /\d/.test(text)) || /(?:^|:)[0-9A-Fa-f]{3,4}:/.test(text);
}

const CREDENTIALS = /\b(Bearer|Basic|Digest) (?=[^\s"',]{0,400}[\d=])[^\s"',]{6,}/gi;
const JWT = /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g;
const HEADER = /\b((?:proxy-)?authori[sz]ation|(?:set-)?cookie)(\s{0,2}:\s{0,2})(?!["\s])[^\r\n"]+/gi;
const ASSIGNMENT = /(?<![\w.-])([A-Za-z][\w.-]{1,60})=("[^"]*"|[^\s&,;"']+)/g;
const MEMBER = /"([^"\\]{1,80})"(\s{0,4}:\s{0,4})("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|\[[^[\]{}]*\])/g;
const NAMED =
  /("(?:name|key)"\s{0,4}:\s{0,4}")([^"\\]{1,80})("\s{0,4},\s{0,4}"value"\s{0,4}:\s{0,4})"(?:[^"\\]|\\.)*"/gi;
const LOG_LINE = /^(\S+) (\S+) (\S+)(?= \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:)/;

/** Takes the secrets out of a text that can be told: credentials, and values under names of secrets. */
function maskSecrets(text: string): string {
  return text
    .replace(HEADER, `$1$2${DROPPED}`)
    .replace(CREDENTIALS, `$1 ${DROPPED}`)
    .replace(JWT, DROPPED)
    .replace(ASSIGNMENT, (all, name: string) => (treatmentOf(name) === 'secret' ? `${name}=${DROPPED}` : all))
    .replace(NAMED, (all, before: string, name: string, between: string) =>
      treatmentOf(name) === 'secret' ? `${before}${name}${between}"${DROPPED}"` : all
    );
}

/** Puts a text that may hold anything under the policy: messages, lists, access-log lines, JSON. */
export function textProtector(
  config: PrivacyConfig,
  pseudonymiser: Pseudonymiser | undefined
): (text: string) => string {
  const person = (id: string): string =>
    id === '-' || id === '' || config.customer === 'keep'
      ? id
      : config.customer === 'drop'
        ? DROPPED
        : pseudonymiser!.pseudonym('customer', id);
  const member = (all: string, name: string, between: string, value: string): string => {
    const treatment = treatmentOf(name);
    const bare = value.startsWith('"') ? value.slice(1, -1) : value;
    return treatment === 'secret' || (treatment === 'query' && config.query === 'drop')
      ? `"${name}"${between}"${DROPPED}"`
      : treatment === 'person' && config.customer !== 'keep'
        ? `"${name}"${between}"${person(bare)}"`
        : all;
  };
  return (value) => {
    if (!MAY_HOLD_SOMETHING.test(value)) {
      return value;
    }
    let text = maskSecrets(value).replace(MEMBER, member);
    text = text.replace(LOG_LINE, (_, host: string, ident: string, user: string) =>
      [host, person(ident), person(user)].join(' ')
    );
    if (config.query === 'drop') {
      text = maskQueries(text);
    }
    return config.client_ip === 'keep' ? text : maskAddresses(text, config.client_ip);
  };
}
