/** A place in a text: both counted from 1, columns in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

const PLACE = /\bline (\d+),? column (\d+)/gi;

/** The place that the message of an error begins or else ends with; undefined when it names none. */
export function placeOf(message: string): Place | undefined {
  const places = [...message.matchAll(PLACE)];
  const place = places[0]?.index === 0 ? places[0] : places.at(-1);
  return place && { line: Number(place[1]), column: Number(place[2]) };
}

/** Offset of a place in a text; the end of the line where that is shorter. */
export function offsetOf(text: string, { line, column }: Place): number {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length, 0);
  const current = (lines[line - 1] ?? '').replace(/[\r\n]+$/, '');
  return Math.min(before + Math.min(column - 1, current.length), text.length);
}

/** The offset after what stands at a place: the word there, else one character. */
export function endOf(text: string, place: Place): number {
  const start = offsetOf(text, place);
  const word = /^[\w$]+/.exec(text.slice(start))?.[0];
  return Math.min(start + Math.max(word?.length ?? 1, 1), Math.max(text.length, start));
}
