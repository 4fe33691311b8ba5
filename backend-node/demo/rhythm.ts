const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Share of a day's visits by hour of day (UTC): quiet nights, a bump at noon, a long evening. */
const BY_HOUR = [
  0.014, 0.009, 0.006, 0.005, 0.006, 0.012, 0.025, 0.038, 0.046, 0.05, 0.053, 0.057, 0.06, 0.054, 0.05, 0.05, 0.054,
  0.062, 0.072, 0.081, 0.079, 0.06, 0.037, 0.02,
] as const;

/** Visits of a weekday against the mean day, Sunday first. */
const BY_WEEKDAY = [1.18, 0.95, 0.92, 0.93, 0.96, 1.0, 1.06] as const;

/** How many visits begin at that time, relative to the mean over a week. Continuous: hours are interpolated. */
export function rhythmAt(time: number): number {
  const day = Math.floor(time / DAY);
  const weekday = (((day + 4) % 7) + 7) % 7;
  const hour = (time - day * DAY) / HOUR - 0.5;
  const before = (Math.floor(hour) + 24) % 24;
  const part = hour - Math.floor(hour);
  const share = BY_HOUR[before]! * (1 - part) + BY_HOUR[(before + 1) % 24]! * part;
  return share * 24 * BY_WEEKDAY[weekday]!;
}
