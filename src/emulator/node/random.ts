/** A seeded random source (mulberry32). */
import { randomInt } from "node:crypto";
import type { Random } from "../core/ports.ts";

/** @param seed any number, of which the lower 32 bits count; random by default. */
export function createRandom(seed = randomInt(2 ** 32)): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
