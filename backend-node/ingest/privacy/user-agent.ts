/** What a user agent calls itself, most telling first: browsers name each other for compatibility. */
const FAMILIES: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(\w*(?:bot|crawler|spider)\w*)\b/i, '$1'],
  [/\bEdgA?\/|\bEdge\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(?:e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bMSIE |\bTrident\//, 'Internet Explorer'],
  [/\bSafari\//, 'Safari'],
];

/** The family of a user agent, such as `Firefox`, `Googlebot` or `curl`: its first product where it is no browser. */
export function userAgentFamily(userAgent: string): string | undefined {
  for (const [pattern, family] of FAMILIES) {
    const match = pattern.exec(userAgent);
    if (match) {
      return family === '$1' ? match[1] : family;
    }
  }
  return /^[^\s/;(]+/.exec(userAgent)?.[0];
}
