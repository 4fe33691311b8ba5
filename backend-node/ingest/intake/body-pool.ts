/** Smaller bodies are left to the garbage collector. */
const SMALLEST_BYTES = 64 * 1024;
/** Memory is taken in multiples of this, so that bodies of about the same size fit where one of them was. */
const STEP_BYTES = 64 * 1024;
/** What lies ready at most, bytes. */
const MOST_FREE_BYTES = 32 * 2 ** 20;

/**
 * Memory for bodies, used again and again. The garbage collector looks through all of the heap each time some 64 MiB of
 * buffers have come, and bodies live too long to be collected cheaply.
 */
export class BodyPool {
  /** What was lent, by the body that was made in it. What is not given back is the garbage collector’s. */
  private readonly lent = new WeakMap<Buffer, ArrayBuffer>();
  private readonly free: ArrayBuffer[] = [];
  private freeBytes = 0;

  /** A body of so many bytes, whose content is not defined. */
  take(bytes: number): Buffer {
    if (bytes < SMALLEST_BYTES) {
      return Buffer.allocUnsafe(bytes);
    }
    const index = this.free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
    const [memory = new ArrayBuffer(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES)] =
      index < 0 ? [] : this.free.splice(index, 1);
    this.freeBytes -= index < 0 ? 0 : memory.byteLength;
    const body = Buffer.from(memory, 0, bytes);
    this.lent.set(body, memory);
    return body;
  }

  /** Gives back a body that nothing refers to any more; one that is not of the pool may be given, too. */
  give(body: Buffer): void {
    const memory = this.lent.get(body);
    if (!memory) {
      return;
    }
    this.lent.delete(body);
    // Nothing of one sender is ever seen in another’s rows, whoever held on to it.
    body.fill(0);
    if (this.freeBytes + memory.byteLength <= MOST_FREE_BYTES) {
      this.free.push(memory);
      this.freeBytes += memory.byteLength;
    }
  }
}
