const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** A duration in milliseconds as queries say it: `30m`, `90s`. */
export function durationText(ms: number): string {
  const whole = Math.max(1, Math.round(ms));
  const [unit, size] = UNITS.find(([, each]) => whole % each === 0)!;
  return `${whole / size}${unit}`;
}
