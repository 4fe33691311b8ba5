import { z } from 'zod';

const EARLIEST = Date.UTC(2000);
const LATEST = Date.UTC(2200);
const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/;

/** Epoch milliseconds of a time in ISO 8601; NaN for what is none, such as 30 February, which Date.parse takes for 2 March. */
function parseIso(text: string): number {
  const [, year, month, day] = ISO_TIME.exec(text) ?? [];
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay ? Date.parse(text) : NaN;
}

/** Epoch milliseconds or ISO 8601 with its zone; read as epoch milliseconds. */
export const timeField = z
  .union([z.number(), z.string()], { error: 'must be a time: epoch milliseconds, or ISO 8601 with its zone' })
  .transform((value, context) => {
    const ms = typeof value === 'number' ? value : parseIso(value);
    if (!Number.isFinite(ms)) {
      context.addIssue('must be a time: epoch milliseconds, or ISO 8601 with its zone such as 2026-11-23T09:00:00Z');
      return z.NEVER;
    }
    if (ms < EARLIEST || ms >= LATEST) {
      context.addIssue('must be in epoch milliseconds, not seconds, and between the years 2000 and 2200');
      return z.NEVER;
    }
    return Math.round(ms);
  });

/** A text that every reader of the lake can store and show: valid Unicode, without U+0000. */
export const textField = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !/\p{Surrogate}/u.test(text), {
      error: 'must be valid Unicode: it has half of a surrogate pair, as when a text is cut within an emoji',
    })
    .refine((text) => !text.includes('\0'), { error: 'must not have the character U+0000' });

/** One line of text: what is blank is none. */
export const lineField = (most: number) => textField(most).transform((text) => text.replace(/\s+/g, ' ').trim());
