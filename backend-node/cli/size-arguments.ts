import { parseDuration } from '@apitrail/contract';
import { InvalidArgumentError } from 'commander';

import { parseBytes } from '../config/units';

/** Reads an option that is a length of time, such as `36h` or `7d`; `0` is none. Milliseconds. */
export function durationArgument(text: string): number {
  const ms = text === '0' ? 0 : parseDuration(text);
  if (!Number.isFinite(ms)) {
    throw new InvalidArgumentError('It must be a length of time such as 36h or 7d.');
  }
  return ms;
}

/** Reads an option that is a size, such as `256MiB`. Bytes. */
export function sizeArgument(text: string): number {
  const bytes = parseBytes(text);
  if (!(bytes > 0)) {
    throw new InvalidArgumentError('It must be a size such as 256MiB.');
  }
  return bytes;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people: `1.4 MiB`. */
export function showBytes(bytes: number): string {
  const power = bytes > 0 ? Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1) : 0;
  const value = bytes / 2 ** (10 * power);
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]!}`;
}

/** `1 file`, `1,234 files`. */
export function showCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
