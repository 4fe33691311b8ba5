/** `$name`, `${name}` and `${name:format}`. */
const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\.[^:}]*)?(?::[^}]*)?\})/;
const WHOLE = new RegExp(`^${VARIABLE.source}$`);

/** What is a dashboard variable and what is a dollar sign: names of the variables that there are. */
export type Variables = ReadonlySet<string>;

/** A text as an SQL literal that reads back as the very same text, whatever is in it; variables keep standing in it. */
export function text(value: string, variables: Variables): string {
  const pieces: string[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') {
      pieces.push(`'${plain.replaceAll("'", "''")}'`);
      plain = '';
    }
  };
  for (let at = 0; at < value.length; at++) {
    const rest = value.slice(at);
    const match = value[at] === '$' ? VARIABLE.exec(rest) : null;
    if (match?.index === 0 && isVariable(match, variables)) {
      plain += match[0];
      at += match[0].length - 1;
    } else if (match?.index === 0 || value[at] === '\0') {
      // Would be taken for a variable or a macro, or would end the text.
      flush();
      pieces.push(`chr(${value.charCodeAt(at)})`);
    } else {
      plain += value[at];
    }
  }
  flush();
  return pieces.length === 0 ? "''" : pieces.length === 1 ? pieces[0]! : `(${pieces.join(' || ')})`;
}

/** The name of the variable that a value is, as a whole; undefined when it is none. */
export function variableOf(value: string, variables: Variables): string | undefined {
  const match = WHOLE.exec(value);
  return match && isVariable(match, variables) ? (match[1] ?? match[2]) : undefined;
}

/** Whether any variable stands in a value. */
export function hasVariable(value: string, variables: Variables): boolean {
  return [...value.matchAll(new RegExp(VARIABLE, 'g'))].some((match) => isVariable(match, variables));
}

/** A name as SQL: quoted where it has to be. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function isVariable(match: RegExpExecArray | RegExpMatchArray, variables: Variables): boolean {
  const braced = match[2];
  return braced === undefined ? variables.has(match[1]!) : variables.has(braced) || braced.startsWith('__');
}
