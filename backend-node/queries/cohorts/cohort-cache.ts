import { ApitrailError } from '@apitrail/contract';

import type { KeptRows } from '../../engine/engine';

/** Rows the engine keeps of a cohort, and how they were found. */
export interface KeptCohort extends KeptRows {
  /** How many rows there are. */
  size: number;
  /** What was run to find them. */
  statements: readonly string[];
  /** What whoever asks should know of how they were found. */
  notices: readonly string[];
}

/** What is used until it is released. */
export interface Lease {
  kept: KeptCohort;
  release(): Promise<void>;
}

interface Entry {
  kept: Promise<KeptCohort>;
  users: number;
}

const MOST_ENTRIES = 64;
const MOST_ROWS = 5_000_000;

/**
 * Members of cohorts that were worked out, for the next query over the same snapshot and range: the panels of a dashboard ask for
 * them at once. Bounded in number and rows, those used longest ago go first; what is in use stays until it is released.
 */
export class CohortCache {
  private readonly entries = new Map<string, Entry>();
  private readonly ids = new WeakMap<object, number>();
  private lastId = 0;

  constructor(
    private readonly mostEntries = MOST_ENTRIES,
    private readonly mostRows = MOST_ROWS
  ) {}

  /** A number that no other object has. */
  idOf(object: object): number {
    const id = this.ids.get(object) ?? ++this.lastId;
    this.ids.set(object, id);
    return id;
  }

  /** What is kept under a key, made where it is not yet. Whoever waits for another's work goes on alone when that one leaves. */
  async use(key: string, signal: AbortSignal | undefined, make: () => Promise<KeptCohort>): Promise<Lease> {
    for (;;) {
      const known = this.entries.get(key);
      const entry = known ?? this.add(key, make);
      entry.users++;
      try {
        const kept = await entry.kept;
        // The map is in order of use.
        if (this.entries.get(key) === entry) {
          this.entries.delete(key);
          this.entries.set(key, entry);
        }
        let released = false;
        const release = async () => {
          if (!released) {
            released = true;
            entry.users--;
            await this.evict();
          }
        };
        return { kept, release };
      } catch (error) {
        entry.users--;
        if (known === undefined || signal?.aborted || !endedWithItsAsker(error)) {
          throw error;
        }
      }
    }
  }

  /** Lets go of everything that nobody uses. */
  async clear(): Promise<void> {
    await this.evict(0);
  }

  private add(key: string, make: () => Promise<KeptCohort>): Entry {
    const entry: Entry = { kept: make(), users: 0 };
    this.entries.set(key, entry);
    entry.kept.catch(() => {
      if (this.entries.get(key) === entry) {
        this.entries.delete(key);
      }
    });
    return entry;
  }

  private async evict(mostEntries = this.mostEntries): Promise<void> {
    const sizes = await Promise.all(
      [...this.entries].map(async ([key, entry]) => ({ key, entry, kept: await entry.kept.catch(() => undefined) }))
    );
    let rows = sizes.reduce((sum, { kept }) => sum + (kept?.size ?? 0), 0);
    for (const { key, entry, kept } of sizes) {
      if (this.entries.size <= mostEntries && rows <= this.mostRows) {
        return;
      }
      if (kept && entry.users === 0 && this.entries.get(key) === entry) {
        this.entries.delete(key);
        rows -= kept.size;
        await kept.drop();
      }
    }
  }
}

function endedWithItsAsker(error: unknown): boolean {
  return (
    error instanceof ApitrailError &&
    (error.code === 'APITRAIL_QUERY_CANCELLED' || error.code === 'APITRAIL_QUERY_TIMEOUT')
  );
}
