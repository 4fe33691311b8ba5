/** Entries that came within this time of another count as of one age, milliseconds. */
const TOGETHER_MS = 250;

/** When entries came in, by a clock that nobody sets. What came in together is noted together, so that it stays small. */
export class EntryAges {
  private readonly slots: Array<{ through: number; at: number }> = [];

  /** `now` gives the time by such a clock, milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Entries up to a number came in; `ageMs` ago. Numbers ascend. */
  note(through: number, ageMs = 0): void {
    const at = this.now() - Math.max(0, ageMs);
    const last = this.slots.at(-1);
    if (last && at - last.at < TOGETHER_MS) {
      last.through = Math.max(last.through, through);
    } else {
      this.slots.push({ through, at });
    }
  }

  /** Entries up to a number are asked about no more. */
  forget(through: number): void {
    const kept = this.slots.findIndex((slot) => slot.through > through);
    this.slots.splice(0, kept < 0 ? this.slots.length : kept);
  }

  /** How long ago the oldest entry above a number came in, seconds; undefined without one. */
  above(seq: number): number | undefined {
    const slot = this.slots.find(({ through }) => through > seq);
    return slot && Math.max(0, (this.now() - slot.at) / 1000);
  }
}
