/** Types of bound parameters. DuckDB needs them: it misreads untyped lists. */
export type ParameterType =
  'varchar' | 'bigint' | 'double' | 'boolean' | 'timestamptz_us' | 'varchar[]' | 'double[]' | 'bigint[]';

export interface Parameter {
  type: ParameterType;
  /** `timestamptz_us` and `bigint` take integers (number or bigint); `timestamptz_us` counts microseconds since the epoch. */
  value: unknown;
}

/** A part that people are shown a short name of, such as a list of a thousand files. */
interface Labelled {
  label: string;
  /** Or what makes them of the statement they are in. */
  parts: readonly Part[] | ((statement: string) => readonly Part[]);
}

type Part = string | Parameter | Labelled;

/**
 * A piece of SQL with its bound parameters. Made by the `sql` tag and by `param`, `identifier` and `join`, so that a value
 * can only ever get into a statement as a parameter.
 */
export class Sql {
  readonly parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }

  /** Text with `$1`, `$2` … and the parameters in that order. A parameter that comes twice, as the same object, has one number. */
  compile(): { text: string; parameters: Parameter[] } {
    const numbers = new Map<Parameter, number>();
    const statement = this.withoutTailored();
    const write = (part: Part): string => {
      if (typeof part === 'string') {
        return part;
      }
      if ('label' in part) {
        const parts = typeof part.parts === 'function' ? part.parts(statement) : part.parts;
        return parts.map(write).join('');
      }
      const number = numbers.get(part) ?? numbers.size + 1;
      numbers.set(part, number);
      return `$${number}`;
    };
    const text = this.parts.map(write).join('');
    return { text, parameters: [...numbers.keys()] };
  }

  /** The text with GAP in the place of what is tailored to it, and nothing in the place of parameters. */
  private withoutTailored(): string {
    const write = (part: Part): string => {
      if (typeof part === 'string') {
        return part;
      }
      return 'label' in part ? (typeof part.parts === 'function' ? GAP : part.parts.map(write).join('')) : '';
    };
    return this.parts.map(write).join('');
  }

  /** For people: the text with values in the place of parameters, and labels in the place of what they stand for. Never run this. */
  describe(): string {
    return this.parts
      .map((part) => (typeof part === 'string' ? part : 'label' in part ? part.label : describeValue(part)))
      .join('');
  }
}

/** Builds SQL. What is interpolated must be Sql: `param(…)`, `identifier(…)` or a nested `sql`. */
export function sql(strings: TemplateStringsArray, ...values: Sql[]): Sql {
  const parts: Part[] = [];
  strings.forEach((text, index) => {
    parts.push(text);
    const value = values[index];
    if (value) {
      parts.push(...value.parts);
    }
  });
  return new Sql(parts);
}

/** A bound value. */
export function param(type: ParameterType, value: unknown): Sql {
  return new Sql([{ type, value }]);
}

/** A quoted identifier. */
export function identifier(name: string): Sql {
  return new Sql([`"${name.replaceAll('"', '""')}"`]);
}

/** A quoted string literal, for the few places a parameter cannot stand: never for what a user sent. */
export function literal(text: string): Sql {
  return new Sql([`'${text.replaceAll("'", "''")}'`]);
}

/** SQL text that is ours: a keyword, a number computed here. Never for what a user sent. */
export function raw(text: string): Sql {
  return new Sql([text]);
}

/** The same SQL, which `describe` shows as `label`. */
export function labelled(piece: Sql, label: string): Sql {
  return new Sql([{ label, parts: piece.parts }]);
}

/** Stands for a tailored piece in the statement that it is made of. */
export const GAP = '\0';

/**
 * SQL that is made to fit the statement it is in, when that is compiled: `make` is given the text of the statement, with
 * GAP where tailored pieces are. `describe` shows it as `label`.
 */
export function tailored(make: (statement: string) => Sql, label: string): Sql {
  return new Sql([{ label, parts: (statement) => make(statement).parts }]);
}

/** Pieces with a separator between. */
export function join(pieces: readonly Sql[], separator = ', '): Sql {
  return new Sql(pieces.flatMap((piece, index) => (index === 0 ? piece.parts : [separator, ...piece.parts])));
}

function describeValue({ type, value }: Parameter): string {
  if (value === null || value === undefined) {
    return 'NULL';
  }
  if (type === 'timestamptz_us') {
    return `TIMESTAMPTZ '${new Date(Number(value) / 1000).toISOString()}'`;
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => describeValue({ type: type.slice(0, -2) as ParameterType, value: item })).join(', ')}]`;
  }
  return type === 'varchar' ? `'${String(value).replaceAll("'", "''")}'` : String(value);
}
