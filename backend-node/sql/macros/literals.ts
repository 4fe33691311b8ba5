const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

/** A time as a literal, from epoch milliseconds. */
export function instant(epochMs: number): string {
  return `TIMESTAMPTZ '${new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '+00')}'`;
}

/** A width as a literal, from milliseconds, in the largest unit that says it in whole numbers. */
export function intervalLiteral(ms: number): string {
  const [unit, size] = UNITS.find(([, size]) => ms % size === 0) ?? UNITS.at(-1)!;
  const count = Math.round(ms / size);
  return `INTERVAL '${count} ${unit}${count === 1 ? '' : 's'}'`;
}
