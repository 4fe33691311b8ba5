/**
 * What a sender sent in one request: the unit that is acknowledged, kept in the write-ahead log and taken in whole or not
 * at all. From it alone, and the same version of the program, the same rows can be made again.
 */
export interface Batch {
  /** Name of the decoder that makes records of the body. */
  decoder: string;
  /** What the decoder must know beside the body, such as the service of the address’s parameters. */
  params: Readonly<Record<string, string>>;
  /** The body, decompressed. */
  body: Buffer;
  /** When it came in, microseconds since the epoch. */
  receivedAt: number;
  /** Id of the key it came with; empty without keys. */
  from: string;
  /** The sender’s own name of the batch: one that is known is not taken in twice, and refused with other content. */
  idempotencyKey?: string;
}
