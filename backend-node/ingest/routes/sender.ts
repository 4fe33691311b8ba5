import { splitPath } from './classifier/path';

/** Catch-all patterns of frameworks: they say that nothing else matched, not which address was asked for. */
const CATCH_ALL = /^(?:\/?\*+|\/?\(\.\*\)|\/?\*\w+|\/?\{\*?\*?[\w-]*\+?\}|unknown|none|null|undefined|-)$/i;
const METHOD = /^[A-Z]{3,10}\s+(?=[^\s])/;

/** Parameters as frameworks write them, each to `{name}`. The order matters: the longer notation first. */
const PARAMETERS: ReadonlyArray<[RegExp, string]> = [
  // Regular expressions with named groups: (?P<id>[0-9]+), (?<id>\d+)
  [/\(\?P?<([\w-]+)>(?:[^()]|\([^()]*\))*\)/g, '{$1}'],
  // Next.js: [[...slug]], [...slug], [id]
  [/\[\[?\.\.\.([\w-]+)\]?\]/g, '{$1}'],
  [/\[([\w-]+)\]/g, '{$1}'],
  // Flask, Django, Bottle: <int:id>, <id>, <id:int>
  [/<(?:(?:string|int|integer|float|path|uuid|slug|str|any|re)(?:\([^)]*\))?:)([\w-]+)>/g, '{$1}'],
  [/<([\w-]+)(?::[^<>]*)?>/g, '{$1}'],
  // Express, Rails, Go: :id, :id(\d+), :id?; a colon inside a segment (a custom verb) stays
  [/(^|\/|[.(-]):([A-Za-z_]\w*)(?:\([^()]*\))?(?:[*+]|\?(?=$|[/.()-]))?/g, '$1{$2}'],
  // ASP.NET, Spring, API Gateway, chi: {id:int}, {id:[0-9]{2}}, {*path}, {path...}, {proxy+}, {id?}
  [/\{\*{0,2}([\w-]+)(?:\.{3}|[+*?])?(?::(?:[^{}]|\{[^{}]*\})*)?\}/g, '{$1}'],
];

/**
 * A route as the sender gave it, in our notation: parameters of every framework as `{name}`, one slash between
 * segments, none at the end, no method before it. Null when it says nothing (empty, `/*`, `unknown`).
 */
export function normaliseRoute(route: string | null | undefined): string | null {
  if (route === null || route === undefined) {
    return null;
  }
  let known = cache.get(route);
  if (known === undefined) {
    known = normalise(route);
    if (cache.size >= MAX_CACHED) {
      cache.clear();
    }
    if (route.length <= MAX_CACHED_LENGTH) {
      cache.set(route, known);
    }
  }
  return known;
}

const MAX_CACHED = 10_000;
const MAX_CACHED_LENGTH = 512;
const cache = new Map<string, string | null>();

function normalise(route: string): string | null {
  let text = route.trim().replace(METHOD, '').replace(/^\^/, '').replace(/\$$/, '');
  if (text === '' || CATCH_ALL.test(text)) {
    return null;
  }
  for (const [pattern, replacement] of PARAMETERS) {
    text = text.replace(pattern, replacement);
  }
  const segments = splitTemplate(text);
  return `/${segments.join('/')}`;
}

/** Question marks of regular expressions: of a group, `(?:a|b)`, and after one that may be missing, `(/a)?/b`. */
const PATTERN_MARK = /(?<=\()\?(?=[:=!<])|(?<=\))\?(?=$|[/()])/g;

/** The segments of a template. From a `?` or `#` on it is a query or fragment, which no route has. */
export function splitTemplate(template: string): string[] {
  return splitPath(template.replace(PATTERN_MARK, ''));
}
