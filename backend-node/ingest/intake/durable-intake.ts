import { ApitrailError } from '@apitrail/contract';

import type { RowPipeline } from '../hot/row-pipeline';
import type { Wal } from '../wal/wal';
import type { Batch } from './batch';
import type { BodyHold, BodyMemory } from './body-memory';
import type { IngestCounters } from './counters';
import { rowsOf, type Decoded } from './decoder';
import type { Intake, Receipt } from './intake';
import { idsOf } from './places';
import { nameOf, type KeyHasher, type KnownKeys } from './known-keys';
import type { MemoryBudget } from './memory-budget';
import { Overload } from './overload';
import { encodeBatch } from './stored-batch';

const MEMORY_PER_BATCH = 1024;

export interface DurableIntakeOptions {
  wal: Pick<Wal, 'append' | 'admit' | 'durableSeq'>;
  pipeline: Pick<RowPipeline, 'put'>;
  keys: KnownKeys;
  hasher: KeyHasher;
  budget: MemoryBudget;
  counters: IngestCounters;
}

/** The names that a batch and its records have. */
interface Names {
  batch: string | undefined;
  records: ReadonlyArray<string | undefined>;
}

/**
 * Takes batches in: into the write-ahead log, and from there in line to become rows. What its sender gave a name to is
 * taken in once; whoever asks about something that is under way waits for what becomes of it.
 */
export class DurableIntake implements Intake, BodyMemory {
  /** Batches under way to the disk, by the names in them. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly pending = new Set<Promise<unknown>>();
  private stopped = false;

  constructor(private readonly options: DurableIntakeOptions) {}

  get durableSeq(): number {
    return this.options.wal.durableSeq;
  }

  admit(bytes: number): void {
    this.counted(() => {
      this.assertOpen();
      this.options.budget.check(bytes);
      this.options.wal.admit(bytes);
    });
  }

  hold(): BodyHold {
    const hold = this.options.budget.hold();
    return { ...hold, grow: (bytes) => this.counted(() => hold.grow(bytes)) };
  }

  async submit(batch: Batch, decoded: Decoded): Promise<Receipt> {
    const { keys, counters } = this.options;
    const names = this.namesOf(batch, decoded);
    for (;;) {
      const others = this.othersUnderWay(names);
      if (others.length === 0) {
        break;
      }
      await Promise.allSettled(others);
    }
    const first = names.batch === undefined ? undefined : keys.find(names.batch);
    if (first !== undefined) {
      if (!keys.isSame(names.batch!)) {
        throw contentMismatch();
      }
      counters.repeated.batches++;
      return { seq: first, repeated: true, known: [] };
    }
    const known = this.knownOf(names);
    if (known.length === rowsOf(decoded) && decoded.rejects.length === 0) {
      counters.onTaken(batch, decoded, known.length);
      return { seq: this.durableSeq, repeated: false, known };
    }
    const taking = this.take(batch, decoded, names, known);
    return { seq: await this.whileUnderWay(names, taking), repeated: false, known };
  }

  /** Takes nothing more in, and waits for what is under way to the disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    while (this.pending.size > 0) {
      await Promise.allSettled(this.pending);
    }
  }

  private async take(batch: Batch, decoded: Decoded, names: Names, known: readonly number[]): Promise<number> {
    const { wal, pipeline, budget, counters } = this.options;
    const began = performance.now();
    const weight = weightOf(batch, decoded);
    this.counted(() => {
      this.assertOpen();
      budget.take(weight, batch.body.length);
    });
    let seq: number;
    try {
      seq = await wal.append(encodeBatch({ batch, known }));
    } catch (error) {
      budget.give(weight);
      this.countRefusal(error);
      throw error;
    }
    const durableAt = performance.now();
    counters.acknowledgement.add((durableAt - began) / 1000);
    counters.onTaken(batch, decoded, known.length);
    rememberNames(this.options.keys, names, known, seq);
    pipeline.put({ seq, batch, decoded, known, weight, durableAt });
    return seq;
  }

  /** The names of a batch, hashed; a name that comes twice in it is its first record's. */
  private namesOf(batch: Batch, decoded: Decoded): Names {
    return hashedNames(this.options.hasher, batch, decoded);
  }

  private othersUnderWay({ batch, records }: Names): Array<Promise<unknown>> {
    if (this.underWay.size === 0) {
      return [];
    }
    return [batch && nameOf(batch), ...records].flatMap((name) =>
      name === undefined ? [] : (this.underWay.get(name) ?? [])
    );
  }

  private knownOf({ records }: Names): number[] {
    const { keys } = this.options;
    const seen = new Set<string>();
    const known: number[] = [];
    records.forEach((name, index) => {
      if (name === undefined) {
        return;
      }
      if (seen.has(name) || keys.find(name) !== undefined) {
        known.push(index);
      }
      seen.add(name);
    });
    return known;
  }

  private async whileUnderWay({ batch, records }: Names, work: Promise<number>): Promise<number> {
    const named = [batch && nameOf(batch), ...records].filter((name) => name !== undefined);
    named.forEach((name) => this.underWay.set(name, work));
    this.pending.add(work);
    try {
      return await work;
    } finally {
      this.pending.delete(work);
      named.forEach((name) => this.underWay.delete(name));
    }
  }

  private assertOpen(): void {
    if (this.stopped) {
      throw new Overload('APITRAIL_STOPPING', 'The companion is stopping. Send it again.', 5);
    }
  }

  private counted(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.countRefusal(error);
      throw error;
    }
  }

  private countRefusal(error: unknown): void {
    if (error instanceof Overload) {
      this.options.counters.onRefused(error);
    }
  }
}

/** What a batch takes, bytes: its body, the text that values are cut out of, and what was made of it. */
export function weightOf({ body }: Batch, { memory = 0 }: Decoded): number {
  return 2 * body.length + memory + MEMORY_PER_BATCH;
}

/** The names that the sender gave a batch and its records, hashed, as text that a `Map` can hold. */
export function hashedNames(hasher: KeyHasher, batch: Batch, decoded: Decoded): Names {
  const { from, idempotencyKey } = batch;
  return {
    batch: idempotencyKey === undefined ? undefined : hasher.batch({ ...batch, idempotencyKey }),
    records: idsOf(decoded).map((id) => (id === undefined ? undefined : hasher.hash('record', from, id))),
  };
}

function contentMismatch(): ApitrailError {
  return new ApitrailError(
    'APITRAIL_IDEMPOTENCY_MISMATCH',
    'Something else was taken in under this Idempotency-Key; nothing of this was. Give each request a key of its own, ' +
      'such as a UUID, and send a request again with the key, the address and the body it had.',
    { where: 'Idempotency-Key' }
  );
}

/** Notes what was taken in with a batch. */
export function rememberNames(keys: KnownKeys, { batch, records }: Names, known: readonly number[], seq: number): void {
  const before = new Set(known);
  if (batch !== undefined) {
    keys.add(batch, seq);
  }
  records.forEach((name, index) => {
    if (name !== undefined && !before.has(index)) {
      keys.add(name, seq);
    }
  });
}
