/** Bounds a queue: drops the oldest items that may be dropped, until the rest fits. */

interface Bounded<T> {
  /** In the original order. Exceeds the limit if too few items may be dropped. */
  readonly kept: readonly T[];
  readonly dropped: readonly T[];
}

/**
 * @param limit of the sum of all sizes, in the unit of `sizeOf`.
 * @param isDroppable the default permits all items.
 */
export function dropOldest<T>(
  items: readonly T[],
  limit: number,
  sizeOf: (item: T) => number,
  isDroppable: (item: T) => boolean = () => true,
): Bounded<T> {
  let over = items.reduce((sum, item) => sum + sizeOf(item), -limit);
  if (over <= 0) return { kept: items, dropped: [] };
  const dropped: T[] = [];
  const kept = items.filter((item) => {
    if (over <= 0 || !isDroppable(item)) return true;
    over -= sizeOf(item);
    dropped.push(item);
    return false;
  });
  return { kept, dropped };
}
