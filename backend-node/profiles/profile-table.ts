import type { Profile } from './profile';

export interface ProfileTableOptions {
  /** Makes all profiles anew, by the customer as it is stored. */
  build: () => Promise<ReadonlyMap<string, Profile>>;
  /** How old they may be before they are made anew, milliseconds. */
  refreshMs: number;
  /** Told when they could not be made; what was there stays. */
  onFault: (error: unknown) => void;
  /** Epoch milliseconds. */
  now?: () => number;
}

/** How long after a failure profiles are not made again, milliseconds. */
const PAUSE_MS = 5_000;

/**
 * Profiles in memory. Whoever asks never waits for a query: what is there is answered, and when it is old, made anew behind. Nothing
 * is made as long as nobody asks.
 */
export class ProfileTable {
  private profiles: ReadonlyMap<string, Profile> | undefined;
  private startedAt = -Infinity;
  private building: Promise<void> | undefined;
  private stopped = false;
  private readonly now: () => number;

  constructor(private readonly options: ProfileTableOptions) {
    this.now = options.now ?? Date.now;
  }

  /** The profile of the first of the names that has one; null of nobody who is known; undefined until there are profiles. */
  find(names: readonly string[]): Profile | null | undefined {
    this.refresh();
    if (this.profiles === undefined) {
      return undefined;
    }
    for (const name of names) {
      const found = this.profiles.get(name);
      if (found) {
        return found;
      }
    }
    return null;
  }

  /** Waits for profiles that are being made. */
  async settled(): Promise<void> {
    await this.building;
  }

  /** Makes no more. */
  stop(): void {
    this.stopped = true;
  }

  private refresh(): void {
    if (this.stopped || this.building || this.now() - this.startedAt < this.options.refreshMs) {
      return;
    }
    this.startedAt = this.now();
    this.building = this.options
      .build()
      .then(
        (profiles) => {
          this.profiles = profiles;
        },
        (error: unknown) => {
          // A fault must neither take away what is there nor be met again at once.
          this.startedAt = this.now() - this.options.refreshMs + Math.min(PAUSE_MS, this.options.refreshMs);
          if (!this.stopped) {
            this.options.onFault(error);
          }
        }
      )
      .finally(() => {
        this.building = undefined;
      });
  }
}
