/** V8's collections, from the lines of `--trace-gc`. */

export interface Collection {
  /** Size of the heap before and after, in MB. */
  readonly before: number;
  readonly after: number;
  /** How long the program stood still, in ms. */
  readonly pauseMs: number;
  readonly kind: "scavenge" | "mark-compact";
}

const pattern =
  /ms: (Scavenge|Mark-Compact)[^\d]*(?:\([^)]*\) )?([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB,(?: pooled: [\d.]+ MB,)? ([\d.]+)/;

/** @returns undefined if the line reports no collection. */
export function readCollection(line: string): Collection | undefined {
  const [, kind, before, after, pause] = pattern.exec(line) ?? [];
  if (kind === undefined) return undefined;
  return {
    kind: kind === "Scavenge" ? "scavenge" : "mark-compact",
    before: Number(before),
    after: Number(after),
    pauseMs: Number(pause),
  };
}

interface HeapFigures {
  readonly allocatedMB: number;
  readonly longestPauseMs: number;
  readonly peakHeapMB: number;
}

/** What was allocated between collections, in their order. */
export function heapFigures(collections: readonly Collection[]): HeapFigures {
  let allocatedMB = 0;
  for (let i = 1; i < collections.length; i++)
    allocatedMB += Math.max(0, (collections[i]?.before ?? 0) - (collections[i - 1]?.after ?? 0));
  return {
    allocatedMB,
    longestPauseMs: Math.max(0, ...collections.map(({ pauseMs }) => pauseMs)),
    peakHeapMB: Math.max(0, ...collections.map(({ before }) => before)),
  };
}
