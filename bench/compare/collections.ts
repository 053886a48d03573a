/** V8's collections, from the lines of `--trace-gc`. */
import type { Child } from "../child.ts";

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

/**
 * Reads the collections that a child reports. @param onOther takes its other lines. @returns a function that takes the
 * collections so far.
 */
export function collectionsOf(
  child: Child,
  onOther: (line: string) => void = console.error,
): () => readonly Collection[] {
  const collections: Collection[] = [];
  child.onLine = (line) => {
    const collection = readCollection(line);
    if (collection) collections.push(collection);
    else if (!/^\[\d+:/.test(line)) onOther(line);
  };
  return () => collections.splice(0);
}

export interface HeapFigures {
  readonly allocatedMB: number;
  readonly longestPauseMs: number;
  readonly peakHeapMB: number;
}

/** Sums the allocations between collections. @param collections undefined if they are unknown: all NaN. */
export function heapFigures(collections: readonly Collection[] | undefined): HeapFigures {
  if (!collections)
    return { allocatedMB: Number.NaN, longestPauseMs: Number.NaN, peakHeapMB: Number.NaN };
  let allocatedMB = 0;
  for (let i = 1; i < collections.length; i++)
    allocatedMB += Math.max(0, (collections[i]?.before ?? 0) - (collections[i - 1]?.after ?? 0));
  return {
    allocatedMB,
    longestPauseMs: Math.max(0, ...collections.map(({ pauseMs }) => pauseMs)),
    peakHeapMB: Math.max(0, ...collections.map(({ before }) => before)),
  };
}
