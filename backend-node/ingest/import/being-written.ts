import type { ByteSource } from './byte-source';

/** A log that was written to within this time may be in the middle of a line, ms. */
export const WRITTEN_MS = 10 * 60_000;

/**
 * Whether a source is a plain file that was written to a short while before `nowMs`: its last line, when it has no line
 * end, may be cut anywhere, also inside a number. Ask after reading, so that no write to what was read is missed.
 */
export async function isBeingWritten(source: ByteSource, nowMs: number): Promise<boolean> {
  const modified = await source.modified();
  return modified !== undefined && nowMs - modified < WRITTEN_MS;
}
