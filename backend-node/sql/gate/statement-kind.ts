import { codeTokens } from '../macros/tokens';

/** Statements that are named by two words. */
const TWO_WORDS = new Set(['FORCE CHECKPOINT', 'UPDATE EXTENSIONS', 'EXPORT DATABASE', 'IMPORT DATABASE']);
/** Statements that may follow a WITH, or stand behind a semicolon. */
const READING = new Set(['SELECT', 'FROM', 'VALUES', 'WITH', 'TABLE']);
/** What a WITH may lead to that is no SELECT. */
const CHANGING = /^(INSERT|UPDATE|DELETE|MERGE|CREATE)$/i;

/** What to call the statement of a text that is not a SELECT, and where it begins. */
export function statementKind(text: string): { kind: string; offset: number | undefined } {
  const words = statementWords(text);
  const found = words.find(({ word }) => !READING.has(word)) ?? words[0];
  if (!found) {
    return { kind: 'This statement', offset: undefined };
  }
  if (found.word === 'WITH') {
    const changing = codeTokens(text).find((token) => CHANGING.test(token.text));
    if (changing) {
      return { kind: `${changing.text.toUpperCase()} statements`, offset: changing.offset };
    }
  }
  const two = `${found.word} ${found.next}`;
  return { kind: `${TWO_WORDS.has(two) ? two : found.word} statements`, offset: found.offset };
}

/** The first word of every statement, in capitals. */
function statementWords(text: string): Array<{ word: string; next: string; offset: number }> {
  const words: Array<{ word: string; next: string; offset: number }> = [];
  let begins = true;
  const tokens = codeTokens(text);
  tokens.forEach(({ text: token, offset }, index) => {
    if (begins && /^[a-z]/i.test(token)) {
      words.push({ word: token.toUpperCase(), next: tokens[index + 1]?.text.toUpperCase() ?? '', offset });
    }
    begins = token === ';' || (begins && token === '(');
  });
  return words;
}
