/** Memory that one request takes while its body is read and decompressed; it counts against `ingest.memory`. */
export interface BodyHold {
  /**
   * The request takes so many bytes more. Throws an `Overload` when memory is short; what is held then stays held until
   * it is released.
   */
  grow(bytes: number): void;
  /** Memory for the whole body, of what `grow` counted. It may have been another body’s before. */
  allocate(bytes: number): Buffer;
  /** The request is answered, or gone. */
  release(): void;
}

/** Where a listener says what bodies it reads, so that memory is bounded before anything is submitted. */
export interface BodyMemory {
  hold(): BodyHold;
}
