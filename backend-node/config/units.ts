import { z } from 'zod';

const BYTES = /^(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/;
const FACTOR: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of a size such as `512MiB` or `4GB`; NaN when it is none. */
export function parseBytes(text: string): number {
  const match = BYTES.exec(text);
  return match ? Math.floor(Number(match[1]) * FACTOR[match[2]!]!) : NaN;
}

/** A size: a whole number of bytes, or a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB. Becomes bytes. */
export const bytesSchema = z
  .union([z.number().int().positive(), z.string().regex(BYTES, { error: 'must be a size such as 512MiB or 4GB' })], {
    error: 'must be a size such as 512MiB or 4GB',
  })
  .transform((size) => (typeof size === 'number' ? size : parseBytes(size)))
  .refine((bytes) => bytes > 0, { error: 'must be more than nothing' });
