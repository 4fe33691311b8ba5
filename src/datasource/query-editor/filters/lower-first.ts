/** A name in the middle of a sentence: `Filter 1` becomes `filter 1`. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
