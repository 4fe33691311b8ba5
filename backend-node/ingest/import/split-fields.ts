import { parse as parseCsv } from 'csv-parse/sync';

/** The fields of one delimited line; of one whose quotes are not closed, as much as there is. */
export function splitFields(line: string, delimiter: string, quote: string | null): string[] {
  if (quote === null || !line.includes(quote)) {
    return line.split(delimiter);
  }
  try {
    return (parseCsv(line, { delimiter, quote, relax_quotes: true }) as string[][])[0] ?? [];
  } catch {
    return [];
  }
}
