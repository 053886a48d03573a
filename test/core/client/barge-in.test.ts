import { expect, test } from "vitest";
import {
  alarmWasFalse,
  noBargeIn,
  onsetHeard,
  onsetWithdrawn,
} from "../../../packages/client/src/state/barge-in.ts";

test("[AUDIO10] an onset holds the answer, once", () => {
  const held = onsetHeard(noBargeIn, 1_000);
  expect(held.heldAt).toBe(1_000);
  expect(onsetHeard(held, 1_200)).toBe(held);
});

test("[AUDIO10] after a false alarm the answer goes on, and the next onset counts later each time", () => {
  let state = noBargeIn;
  const pauses = [];
  for (let i = 0, now = 0; i < 7; i++) {
    state = alarmWasFalse(onsetHeard(state, now), now + 600);
    expect(state.heldAt).toBeUndefined();
    expect(onsetHeard(state, state.deafUntil - 1).heldAt).toBeUndefined();
    pauses.push(state.deafUntil - now - 600);
    now = state.deafUntil;
    expect(onsetHeard(state, now).heldAt).toBe(now);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
});

test("[AUDIO10] an onset that the client itself withdraws costs the next one nothing", () => {
  const state = onsetWithdrawn(onsetHeard(noBargeIn, 0));
  expect(state).toEqual(noBargeIn);
  expect(onsetHeard(state, 1).heldAt).toBe(1);
});
