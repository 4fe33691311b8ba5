/** What narrow columns are called: which intervals after the start they are. */
export function shortName({ from, to }: { from: number; to: number }): string {
  return to - from > 1 ? `${from}–${to - 1}` : `${from}`;
}

const UNIT_NAMES: Record<string, string> = { customer: 'customers', session: 'sessions', account: 'accounts' };

/** What is counted, in the plural, within a sentence. */
export function unitsNamed(unit: string | undefined): string {
  return UNIT_NAMES[unit ?? ''] ?? 'units';
}
