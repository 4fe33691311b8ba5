/**
 * Words that name an operation or a view rather than a thing, whatever the API: they stay static beside a parameter.
 * Only words whose meaning does not depend on the domain are here.
 */
const OPERATIONS = new Set(
  `me self search query find login logout signin signup sign_in sign_up sign-in sign-up register authorize token
  batch bulk count stats statistics health healthz status ping version metrics export import upload download
  new create edit update delete list validate preview schema docs subscribe unsubscribe refresh reset verify`.split(
    /\s+/
  )
);

/** A segment that starts with `_` or `$` and a letter is a reserved word (`_search`, `$metadata`). */
const RESERVED = /^[_$][a-z]/i;

/** `bulk-create`, `batch_get`, `findByStatus`. */
const COMPOUND =
  /^(?:bulk|batch)[-_]|^(?:get|find|create|update|delete|remove|list|search|add|set|check|send|bulk|batch)[A-Z]/;

/** Whether a word is an operation by its name alone. */
export function isOperation(text: string): boolean {
  return OPERATIONS.has(text.toLowerCase()) || RESERVED.test(text) || COMPOUND.test(text);
}

const PRONOUNS = new Set(['me', 'self', 'mine', 'current_user', 'current-user']);

/** Whether a word stands for the one who asks: an address of its own, though all that follows is as for anyone. */
export function isPronoun(key: string): boolean {
  return PRONOUNS.has(key);
}

/** Segments an API hangs under: what follows may be a version that is only a number or a date. */
const ROOTS = new Set(['api', 'apis', 'rest', 'rpc', 'ws', 'services', 'service', 'odata', 'public', 'version']);

export function isApiRoot(key: string): boolean {
  return ROOTS.has(key);
}

/** The plain words of an identifier: `line_items`, `lineItems` and `line-items` are `line`, `items`. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** Whether an English noun looks like a plural. */
export function isPlural(word: string): boolean {
  return word.length > 3 && word.endsWith('s') && !/(?:ss|us|is|ous|news|status)$/.test(word);
}

/** The singular of an English noun, by ending. */
export function singular(word: string): string {
  if (!isPlural(word)) {
    return word;
  }
  if (/[^aeiou]ies$/.test(word)) {
    return `${word.slice(0, -3)}y`;
  }
  if (/(?:sses|shes|ches|xes|zes|uses)$/.test(word) && !/(?:auses|ouses)$/.test(word)) {
    return word.slice(0, -2);
  }
  return word.slice(0, -1);
}
