/** What was said while there is no link: bounded; the oldest audio and pictures make room, words never do. */
import type { Saying } from "./encoding.ts";

export interface Held {
  readonly sayings: readonly Saying[];
  readonly bytes: number;
}

export const nothingHeld: Held = { sayings: [], bytes: 0 };

/**
 * Holds one more.
 * @param limit in bytes. Stale media is dropped to make room.
 * @returns undefined when only words are left and there is no room: the caller must say so.
 */
export function hold(held: Held, saying: Saying, limit: number): Held | undefined {
  let { sayings, bytes } = { sayings: [...held.sayings, saying], bytes: held.bytes + saying.bytes };
  while (bytes > limit) {
    const oldest = sayings.findIndex((each) => each.weight === "audio" || each.weight === "video");
    if (oldest === -1) return undefined;
    bytes -= sayings[oldest]?.bytes ?? 0;
    sayings = sayings.toSpliced(oldest, 1);
  }
  return { sayings, bytes };
}
