/** A path template of a document in our notation. */
export interface ParsedTemplate {
  /** `/files/{path}`: simple expressions only, one slash between segments, none at the end. */
  template: string;
  /** Parameters that are written as taking slashes, `{+path}` or `{path*}`. */
  slashes: Set<string>;
  /** The template had a query or fragment, which a route cannot have. */
  cut: boolean;
}

const QUERY_EXPRESSION = /\{[?&][^{}]*\}/g;
/** An expression of RFC 6570, with what frameworks and Google's APIs add: `{name=projects/*}`, `{path...}`, `{proxy+}`. */
const EXPRESSION = /\{([+#./;]?)([^{}=:*]*?)(?::\d+)?(\*\*?|\.{3}|\+)?(=[^{}]*)?\}/g;

/** Why a template is none; undefined when it is one. */
export function templateFault(path: string): string | undefined {
  if (!path.startsWith('/')) {
    return `a path begins with /, ${JSON.stringify(path)} does not`;
  }
  if (!/^(?:[^{}]|\{[^{}]*\})*$/.test(path)) {
    return `the braces of ${JSON.stringify(path)} do not come in pairs`;
  }
  const unnamed = [...path.replace(QUERY_EXPRESSION, '').matchAll(EXPRESSION)].some(([, , name]) => !name?.trim());
  return unnamed ? `a parameter of ${JSON.stringify(path)} has no name` : undefined;
}

/** Reads a template that has no fault. */
export function parseTemplate(path: string): ParsedTemplate {
  const slashes = new Set<string>();
  const plain = path
    .replace(QUERY_EXPRESSION, '')
    .replace(EXPRESSION, (_, operator: string, name: string, many: string | undefined, form: string | undefined) => {
      const clean = name.trim().replaceAll('/', '_');
      if (operator === '+' || (operator === '/' && many) || many || (form && /\/|\*\*/.test(form))) {
        slashes.add(clean);
      }
      return `${operator === '/' || operator === '.' ? operator : ''}{${clean}}`;
    });
  const end = plain.search(/[?#]/);
  return { template: joinPath(end < 0 ? plain : plain.slice(0, end)), slashes, cut: end >= 0 };
}

/** Paths one after the other as one: `/v1/` and `/users/` are `/v1/users`, and nothing is `/`. */
export function joinPath(...paths: string[]): string {
  return `/${paths
    .flatMap((path) => path.split('/'))
    .map((segment) => segment.trim())
    .filter((segment) => segment !== '')
    .join('/')}`;
}
