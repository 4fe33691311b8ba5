import { UsageError } from './usage-error';

const UNITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6 };

/** A number of rows as people write it: `100k`, `1m`, `2.5m`. Throws a UsageError when it is none. */
export function parseRows(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text.trim()) ?? [];
  const rows = Number(digits) * UNITS[unit?.toLowerCase() ?? '']!;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new UsageError(`${JSON.stringify(text)} is no number of rows. Write it as 100k, 1m or 250000.`);
  }
  return rows;
}

/** A whole number from 1 on. Throws a UsageError that names the option when it is none. */
export function parseCount(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text.trim())) {
    throw new UsageError(`${option} must be a whole number from 1 on, not ${JSON.stringify(text)}.`);
  }
  return Number(text);
}

/** `yes` or `no` as a boolean. Throws a UsageError that names the option for anything else. */
export function parseYesNo(option: string, text: string): boolean {
  if (text !== 'yes' && text !== 'no') {
    throw new UsageError(`${option} must be yes or no, not ${JSON.stringify(text)}.`);
  }
  return text === 'yes';
}
