/** Finds a small part of a list that still shows a fault. */

/**
 * Leaves out halves, quarters, and at last single items, as long as the rest shows the fault.
 * @param shows runs a part. @param mayRun whether it may once more, after as many runs.
 */
export async function shrink<Item>(
  items: readonly Item[],
  shows: (part: readonly Item[]) => Promise<boolean>,
  mayRun: (runs: number) => boolean = (runs) => runs < 60,
): Promise<readonly Item[]> {
  let least = items;
  let runs = 0;
  for (
    let size = Math.ceil(items.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let at = 0; at < least.length && mayRun(runs);) {
      const part = least.toSpliced(at, size);
      runs++;
      if (part.length > 0 && (await shows(part))) least = part;
      else at += size;
    }
  return least;
}
