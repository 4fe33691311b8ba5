import { FUNNEL_UNITS } from '@apitrail/contract';

/** Who is followed, as a sentence names so many of them: `customers`, or for the values of other keys `units`. */
export function unitsName(unit: string | undefined, count?: number): string {
  const known = FUNNEL_UNITS.some((name) => name === (unit ?? 'customer')) ? (unit ?? 'customer') : 'unit';
  return count === 1 ? known : `${known}s`;
}
