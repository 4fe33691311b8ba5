/** The items with one of them moved a place up or down. */
export function moved<T>(items: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...items];
  const removed = next.splice(index, 1);
  next.splice(index + by, 0, ...removed);
  return next;
}
