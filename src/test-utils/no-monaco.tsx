/**
 * Stands where Monaco and its React component are: jsdom cannot draw it. What the SQL editor shows until Monaco has come
 * stays, which is what tests look at; Monaco itself is tested in a browser.
 */
export const loader = { config: () => undefined };
export const editor = { defineTheme: () => undefined };

export default function Editor() {
  return null;
}
