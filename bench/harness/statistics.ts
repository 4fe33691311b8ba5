/** What one side of a comparison took. Milliseconds, one entry per run. */
export interface Timings {
  wallMs: number[];
  /** Of the process that does the work, all threads together. */
  cpuMs: number[];
}

/** Two sides of one question, and what the difference is worth. */
export interface Comparison {
  rawMinMs: number;
  rawMedianMs: number;
  oursMinMs: number;
  oursMedianMs: number;
  /** Ours to raw, of the minima: what noise can only add to. */
  ratio: number;
  /** Ours less raw, of the minima. */
  overMs: number;
  /** Ours to raw in CPU time, of the minima. */
  cpuRatio: number;
  /** A second series of raw runs to the first, of the minima: how far from 1 noise alone gets. */
  control: number;
  /** Whether the control is near enough to 1 for the ratio to say anything. */
  quiet: boolean;
  /** Whether ours took at most 1.3 times raw and 10 ms, of the minima. */
  withinAim: boolean;
}

/** What queries may take beside raw DuckDB. */
export const AIM = { ratio: 1.3, ms: 10 };

/** How far the control may be from 1 before the machine was too busy to judge by. */
export const QUIET = { from: 0.8, to: 1.25 };

/** The middle value, or the mean of the two in the middle. Throws on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) {
    throw new RangeError('There is no median of nothing.');
  }
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Compares ours with raw; `control` is a second series of raw runs, made in the same rounds. */
export function compareTimings(raw: Timings, ours: Timings, control: Timings): Comparison {
  const least = (values: readonly number[]) => Math.min(...values);
  const noise = least(control.wallMs) / least(raw.wallMs);
  const [rawMinMs, oursMinMs] = [least(raw.wallMs.concat(control.wallMs)), least(ours.wallMs)];
  return {
    rawMinMs,
    rawMedianMs: median(raw.wallMs.concat(control.wallMs)),
    oursMinMs,
    oursMedianMs: median(ours.wallMs),
    ratio: oursMinMs / rawMinMs,
    overMs: oursMinMs - rawMinMs,
    cpuRatio: least(ours.cpuMs) / least(raw.cpuMs.concat(control.cpuMs)),
    control: noise,
    quiet: noise >= QUIET.from && noise <= QUIET.to,
    withinAim: oursMinMs <= AIM.ratio * rawMinMs + AIM.ms,
  };
}
