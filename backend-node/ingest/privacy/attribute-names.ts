/** What the name of an attribute says of its value. */
export type Treatment =
  'secret' | 'address' | 'person' | 'account' | 'query' | 'target' | 'user-agent' | 'version' | 'other';

/** Words that tell something of a secret and are none: `token_count`, `password_length`, `ssl_session_reused`. */
const DESCRIPTION =
  /^(?:counts?|length|size|bytes|duration|ms|seconds|limit|remaining|types?|scheme|result|status|expires|expiry|expired|expiration|ttl|reused|valid|invalid|required|enabled|present|age|version|algorithm|alg|source|strength|attempts)$/;
const COOKIE = /(?:^|-)(?:set-?)?cookies?2?(?:-|$)/;
const SECRET_WORD =
  /^(?:bearer|jwts?|pwd|passphrase|passcode|session|sessions|otp|totp|pins?|cvv2?|cvc2?|iban|ssn|csrf|xsrf|sig|hmac)$|(?:token|secrets?|passw(?:or)?ds?|cookie|apikeys?|privatekey|accesskey|secretkey|sess(?:ion)?id|credentials?|creds|authori[sz]ation|signature|cardnumber)$/;
const SECRET_LAST = /(?:^|-)(?:auth|sid|set-?cookies?)$/;
const SECRET_PAIR =
  /(?:^|-)(?:(?:api|private|access|secret|signing|encryption|ssh|auth|session|subscription|functions|license|master)-keys?|card-(?:number|no)|credit-card|(?:auth|verification|security|mfa|authorization)-code|auth-header)(?:-|$)/;
/** Tokens of language models are counted, not kept. */
const TOKENS = /(?:^|-)tokens$/;
const COUNTED_TOKENS = /(?:^|-)(?:prompt|completion|input|output|total|max|cached|reasoning|used|usage)-tokens$/;

const ADDRESS =
  /(?:^|-)(?:x-forwarded-for|forwarded|x-real-ip|true-client-ip|cf-connecting-ip|client-ip|cluster-client-ip|remote-(?:host|addr|address|ip)|client-(?:host|addr|address)|peer-address|source-(?:address|ip))$/;
const PERSON =
  /^(?:user|enduser|usr)\.|(?:^|[-.])(?:e-?mails?|user-?name|login|ident|sub|upn|msisdn|phone|users?|customers?|usr)$/;
const PERSON_PAIR =
  /(?:^|-)(?:(?:user|enduser|usr|customer|member|person|patient|employee|login)-(?:ids?|uuid|guid|names?|e-?mail|mail|login|number|no|ref|phone)|(?:user|customer|member)ids?|(?:first|last|full|family|given|sur)-?name|phone-number|e-?mail-address)(?:-|$)/;
const UID = /(?:^|-)uid$/;
const UID_OF_THING = /(?:^|-)(?:pod|node|container|namespace|deployment|replicaset|job|object|resource|service)-uid$/;
const ACCOUNT = /(?:^|-)(?:account|account-(?:ids?|uuid|number|no|name)|accountids?)$/;
const USER_AGENT = /(?:^|-)(?:user-?agent)(?:-original)?$/;
const VERSION = /(?:^|-)(?:version|ver|release|build|firmware)(?:-|$)/;
const QUERY_SEGMENT =
  /^(?:(?:url|uri|http|request|req|get)-)*(?:query(?:-?(?:string|params?|parameters|args?))?|querystring|queryparams|params|parameters|search|args|qs)$/;
const QUERY_WORDS = /^args?-|(?:^|-)query-(?:string|params?|parameters|args?)(?:-|$)/;
const DATABASE = /^(?:db|sql|database|graphql)$/;
const TARGET =
  /(?:^|-)(?:referr?er|referr?er-url|url|uri|href|target|path|location|endpoint|request|request-line|request-first-line)$/;

/** The words of a name, lower case: split at what is no letter or digit, and where camel case starts a word. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** What the name of an attribute says of its value, whatever stands before it (`req.headers.`, `request_`, `http_`). */
export function treatmentOf(name: string): Treatment {
  const words = wordsOf(name);
  const joined = words.join('-');
  const segments = name.split(/[.[\]]+/).map((segment) => wordsOf(segment).join('-'));
  if (isSecret(words, joined)) {
    return 'secret';
  }
  if (USER_AGENT.test(joined)) {
    return 'user-agent';
  }
  if (isQuery(segments, joined)) {
    return 'query';
  }
  if (ADDRESS.test(joined)) {
    return 'address';
  }
  if (PERSON.test(segments.join('.')) || PERSON_PAIR.test(joined) || (UID.test(joined) && !UID_OF_THING.test(joined))) {
    return 'person';
  }
  return ACCOUNT.test(joined) ? 'account' : TARGET.test(joined) ? 'target' : VERSION.test(joined) ? 'version' : 'other';
}

function isSecret(words: readonly string[], joined: string): boolean {
  if (COOKIE.test(joined) || SECRET_LAST.test(joined) || (TOKENS.test(joined) && !COUNTED_TOKENS.test(joined))) {
    return true;
  }
  if (words.length > 1 && DESCRIPTION.test(words[words.length - 1]!)) {
    return false;
  }
  return words.some((word) => SECRET_WORD.test(word)) || SECRET_PAIR.test(joined);
}

function isQuery(segments: readonly string[], joined: string): boolean {
  return (
    QUERY_WORDS.test(joined) ||
    segments.some((segment, index) => QUERY_SEGMENT.test(segment) && !DATABASE.test(segments[index - 1] ?? ''))
  );
}
