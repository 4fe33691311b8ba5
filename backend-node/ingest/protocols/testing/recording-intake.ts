import { isDeepStrictEqual } from 'node:util';

import { ApitrailError } from '@apitrail/contract';

import type { Batch } from '../../intake/batch';
import type { BodyHold, BodyMemory } from '../../intake/body-memory';
import type { Decoded } from '../../intake/decoder';
import type { Intake, Receipt } from '../../intake/intake';
import { Overload } from '../../intake/overload';
import { idsOf, recordsOf } from '../../intake/places';
import type { Protocol } from '../protocol';

/** A batch that was submitted, and what was decoded of it. */
export interface Submitted {
  batch: Batch;
  decoded: Decoded;
  /** Places of the records that had been taken in before by their ids. */
  known: readonly number[];
}

/**
 * An intake that keeps what protocols submit, for their tests. It decodes every batch again from its body and parameters,
 * as is done after a crash, and throws when that gives anything else. Batches are known by their idempotency key and
 * records by their id, each from its sender. Nothing is put on a disk: what durability means is tested with the real one.
 */
export class RecordingIntake implements Intake, BodyMemory {
  /** Bytes of bodies that are being read or worked on. */
  held = 0;
  /** Thrown by `grow` once so many bytes are held. */
  memory = Infinity;
  readonly submitted: Submitted[] = [];
  /** Thrown by `submit` while it is set. */
  overload: Overload | undefined;
  /** Thrown by `admit` while it is set. */
  notNow: Overload | undefined;
  private readonly receipts = new Map<string, Receipt>();
  private readonly ids = new Set<string>();

  constructor(private readonly protocols: readonly Protocol[]) {}

  /** Records of all batches, each once. */
  get records(): Decoded['records'] {
    return this.submitted.flatMap(({ decoded, known }) =>
      recordsOf(decoded).filter((_, place) => !known.includes(place))
    );
  }

  get durableSeq(): number {
    return this.submitted.length;
  }

  admit(): void {
    if (this.notNow) {
      throw this.notNow;
    }
  }

  hold(): BodyHold {
    let own = 0;
    return {
      grow: (bytes) => {
        own += bytes;
        this.held += bytes;
        if (this.held > this.memory) {
          throw new Overload('APITRAIL_INGEST_BUSY', 'Too much is in memory.', 1);
        }
      },
      allocate: (bytes) => Buffer.allocUnsafe(bytes),
      release: () => {
        this.held -= own;
        own = 0;
      },
    };
  }

  async submit(batch: Batch, decoded: Decoded): Promise<Receipt> {
    this.decodeAgain(batch, decoded);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.overload) {
      throw this.overload;
    }
    const name = batch.idempotencyKey === undefined ? undefined : JSON.stringify([batch.from, batch.idempotencyKey]);
    const before = name === undefined ? undefined : this.receipts.get(name);
    if (before) {
      const { decoder, params, body } = this.submitted[before.seq - 1]!.batch;
      if (!isDeepStrictEqual([decoder, params, body], [batch.decoder, batch.params, batch.body])) {
        throw new ApitrailError('APITRAIL_IDEMPOTENCY_MISMATCH', 'Something else was taken in under this key.');
      }
      return { ...before, repeated: true };
    }
    const known = idsOf(decoded).flatMap((id, place) => (this.isKnown(batch, id) ? [place] : []));
    this.submitted.push({ batch, decoded, known });
    const receipt = { seq: this.submitted.length, repeated: false, known };
    if (name !== undefined) {
      this.receipts.set(name, receipt);
    }
    return receipt;
  }

  private isKnown({ from }: Batch, id: string | undefined): boolean {
    if (id === undefined) {
      return false;
    }
    const name = JSON.stringify([from, id]);
    const known = this.ids.has(name);
    this.ids.add(name);
    return known;
  }

  private decodeAgain({ decoder, body, params, receivedAt }: Batch, decoded: Decoded): void {
    const again = this.protocols
      .flatMap(({ decoders }) => decoders)
      .find(({ name }) => name === decoder)
      ?.decode(body, { params, receivedAt });
    if (!isDeepStrictEqual(again, decoded)) {
      throw new Error(`Decoding a batch of ${decoder} again gave something else.`);
    }
  }
}
