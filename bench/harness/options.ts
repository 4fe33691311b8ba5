const UNITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6 };

/** A number of rows as people write it: `100k`, `1m`, `2.5m`. Throws when it is none. */
export function parseRows(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text.trim()) ?? [];
  const rows = Number(digits) * UNITS[unit?.toLowerCase() ?? '']!;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new TypeError(`${JSON.stringify(text)} is no number of rows. Write it as 100k, 1m or 250000.`);
  }
  return rows;
}
