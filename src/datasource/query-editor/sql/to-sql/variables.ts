import { sqlLiteral, sqlQuoted } from '../../../sql-literal';
import { UnwritableQuery } from './unwritable';

/** What is a dashboard variable and what is a dollar sign: names of the variables that there are. */
export type Variables = ReadonlySet<string>;

/** `$name`, `${name.field:format}` and `[[name:format]]`. */
const REFERENCE = /\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(\.[^:}]*)?(?::([^}]*))?\}|\[\[([A-Za-z_]\w*)(?::([^\]]*))?\]\]/g;

/** Times of the range and widths of buckets: numbers and times, which may stand within a text as they are. */
const TIMES = /^__(from|to|interval|interval_ms)$/;

/** What stands between several values where Grafana's format makes one text of them. */
const SEPARATORS: Readonly<Record<string, string>> = { csv: ',', raw: ',', pipe: '|' };

/** A piece of a value: SQL of a text that is known, or a variable. */
type Piece = { literal: string } | { name: string; format: string | undefined };

/** Whether any variable stands in a value. */
export function hasVariable(value: string, variables: Variables): boolean {
  return pieces(value, variables).some((piece) => 'name' in piece);
}

/** The variable that a value is as a whole, when it takes all its values: as literals with commas between. */
export function wholeVariable(value: string, variables: Variables): string | undefined {
  const [piece, ...rest] = pieces(value, variables);
  return piece && rest.length === 0 && 'name' in piece && piece.format === undefined ? valuesOf(piece.name) : undefined;
}

/** One text, several values of a variable with commas between them. */
export function joinedText(value: string, variables: Variables): string {
  return concat(value, variables, (name) => `array_to_string([${valuesOf(name)}], ',')`);
}

/** One text, of the first value of each variable. */
export function firstText(value: string, variables: Variables): string {
  return concat(value, variables, (name) => `[${valuesOf(name)}][1]`);
}

/** A pattern of RE2: values of variables that offer several are escaped and match one of them, others are patterns. */
export function patternText(value: string, variables: Variables): string {
  return concat(value, variables, (name) => `\${${name}:sqlregex}`);
}

/** A list of every text that the values of the variables give. */
export function listOfTexts(value: string, variables: Variables): string {
  const whole = wholeVariable(value, variables);
  if (whole !== undefined) {
    return `[${whole}]`;
  }
  const names: string[] = [];
  const one = concat(value, variables, (name) => `v${names.push(name)}`);
  return names.reduceRight(
    (list, name, index) => {
      const all = `[${list} FOR v${index + 1} IN [${valuesOf(name)}]]`;
      return index === names.length - 1 ? all : `flatten(${all})`;
    },
    names.length === 0 ? `[${one}]` : one
  );
}

/** What interpolation makes literals of, quotes and all, whatever a variable holds. */
function valuesOf(name: string): string {
  return `\${${name}:sqlstring}`;
}

function concat(value: string, variables: Variables, sqlOf: (name: string) => string): string {
  const parts = pieces(value, variables).map((piece) => ('literal' in piece ? piece.literal : formatted(piece, sqlOf)));
  return parts.length === 0 ? "''" : parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`;
}

function formatted({ name, format }: { name: string; format: string | undefined }, sqlOf: (name: string) => string) {
  if (format === undefined) {
    return sqlOf(name);
  }
  const separator = SEPARATORS[format];
  if (separator === undefined) {
    throw new UnwritableQuery(
      `There is no SQL for the format ${format} of the variable ${name}. Write $${name} instead, or one of the formats ${Object.keys(SEPARATORS).join(', ')}.`
    );
  }
  return `array_to_string([${valuesOf(name)}], '${separator}')`;
}

function pieces(value: string, variables: Variables): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  const upTo = (end: number) => {
    if (end > from) {
      found.push({ literal: sqlLiteral(value.slice(from, end)) });
    }
  };
  for (const match of value.matchAll(REFERENCE)) {
    const [source, plain, braced, field = '', format, bracketed, bracketedFormat] = match;
    const name = plain ?? braced ?? bracketed!;
    if (variables.has(name) || (braced?.startsWith('__') ?? false)) {
      upTo(match.index);
      from = match.index + source.length;
      found.push(
        TIMES.test(name)
          ? { literal: sqlQuoted(source) }
          : { name: `${name}${field}`, format: (format ?? bracketedFormat) || undefined }
      );
    }
  }
  upTo(value.length);
  return found;
}
