import { z } from 'zod';

/** A dead letter as it is sent to be tried again: a line of JSON. */
const entrySchema = z.strictObject({
  /** What names it: the same in every attempt. */
  id: z.string().min(1).max(64),
  decoder: z.string().min(1).max(64),
  params: z.record(z.string(), z.string()),
  receivedAt: z.number().int().nonnegative(),
  /** The item as its decoder gave it, or the whole body in base64. */
  text: z.string().optional(),
  body: z.base64().optional(),
});

export type ReplayEntry = z.output<typeof entrySchema>;

/** The entry of a line; undefined when it is none. */
export function parseEntry(line: string): ReplayEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = entrySchema.safeParse(value);
  return parsed.success && (parsed.data.text === undefined) !== (parsed.data.body === undefined)
    ? parsed.data
    : undefined;
}
