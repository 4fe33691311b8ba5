/** One body’s share of the memory for bodies that are being read. */
export interface BodyRoom {
  /** Throws the overload of whoever admits when there is no room for so many more bytes; what was taken stays taken. */
  grow(bytes: number): void;
  /** Gives everything back; more than once does nothing. */
  free(): void;
}

/**
 * Counts the bytes of bodies that are being read, which nobody else knows of yet, so that many senders at once cannot fill
 * the memory.
 */
export class BodiesInMemory {
  private bytes = 0;

  /** `admit` throws when there is no room for so many bytes. */
  constructor(private readonly admit: (bytes: number) => void) {}

  /** Room for a body; throws when there is none for the bytes it is said to have. */
  open(declared: number): BodyRoom {
    this.admit(this.bytes + declared);
    let own = 0;
    return {
      grow: (bytes) => {
        own += bytes;
        this.bytes += bytes;
        this.admit(this.bytes);
      },
      free: () => {
        this.bytes -= own;
        own = 0;
      },
    };
  }
}
