/** A request of a unit that matches a step or excludes; of `strict` funnels any request. */
export interface FunnelEvent {
  /** Microseconds since the epoch. */
  time: number;
  /** Steps it matches, bit 0 for the first. */
  steps: number;
  /** Exclusions it matches. */
  exclusions: number;
  /** Values of the keys that are held constant. */
  held: ReadonlyArray<string | null>;
  /** Value of the breakdown. */
  segment: string | null;
  /** How many requests it stands for. */
  weight: number;
}

/** Whether a request may be a step of an attempt whose entry has these values: it has all of them. */
export function holds(event: FunnelEvent, held: ReadonlyArray<string | null>): boolean {
  return event.held.every((value, index) => value !== null && value === held[index]);
}

/** Whether a request may exclude such an attempt: what it says of the values is not another. */
export function concerns(event: FunnelEvent, held: ReadonlyArray<string | null>): boolean {
  return event.held.every((value, index) => value === null || value === held[index]);
}
