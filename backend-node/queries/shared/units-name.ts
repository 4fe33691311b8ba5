const NAMES: Readonly<Record<string, string>> = { customer: 'Customers', session: 'Sessions', account: 'Accounts' };

/** What units of a key are called in headings: `Customers`, or the key itself. */
export function unitsName(unit: string): string {
  return NAMES[unit] ?? unit;
}
