import { describe, expect, it } from "vitest";
import {
  FloorControl,
  floorHoldMs,
  type FloorVerdict,
} from "../../src/core/policy/floor-control.ts";

/** Plays [participant, loudness, at] frames. @returns the verdicts. */
function play(frames: readonly (readonly [string, number, number])[], floor = new FloorControl()) {
  const verdicts: FloorVerdict[] = frames.map((frame) => floor.hear(...frame));
  return { floor, verdicts };
}

describe("[FLOOR1] The relay must forward one audio source at a time", () => {
  it("forwards a lone microphone, loud or not", () => {
    expect(
      play([
        ["ann", 0, 0],
        ["ann", 0.2, 20],
        ["ann", 0, 40],
      ]).verdicts,
    ).toEqual(["pass", "pass", "pass"]);
  });

  it("gives the floor to the first loud microphone", () => {
    expect(
      play([
        ["ann", 0, 0],
        ["bob", 0.2, 10],
        ["ann", 0, 20],
      ]).verdicts,
    ).toEqual(["pass", "pass", "drop"]);
  });

  it("holds it until 800 ms of quiet", () => {
    const { verdicts } = play([
      ["ann", 0.2, 0],
      ["bob", 0.2, floorHoldMs - 1],
      ["bob", 0.2, floorHoldMs],
      ["ann", 0.2, floorHoldMs + 1],
    ]);
    expect(verdicts).toEqual(["pass", "tell", "pass", "tell"]);
  });

  it("drops a silent second microphone", () => {
    expect(
      play([
        ["ann", 0.2, 0],
        ["bob", 0, 5_000],
        ["ann", 0, 5_001],
      ]).verdicts,
    ).toEqual(["pass", "drop", "pass"]);
  });
});

describe("[FLOOR2] The relay must notify a participant whose audio it drops, once until the floor moves", () => {
  it("notifies once until the floor moves", () => {
    expect(
      play([
        ["ann", 0.2, 0],
        ["bob", 0.2, 1],
        ["bob", 0.2, 2],
      ]).verdicts,
    ).toEqual(["pass", "tell", "drop"]);
  });
});

describe("[FLOOR3] A participant that leaves must release the floor at once", () => {
  it("releases it at once", () => {
    const held = () => play([["ann", 0.2, 0]]).floor;
    const [left, other] = [held(), held()];
    expect([left.release("ann"), other.release("eve")]).toEqual([true, false]);
    expect(play([["bob", 0.2, 1]], left).verdicts).toEqual(["pass"]);
    expect(play([["bob", 0.2, 1]], other).verdicts).toEqual(["tell"]);
  });
});

describe("[FLOOR4] Only the holder of the floor may end the audio stream or mark activity", () => {
  it("allows it to all while the floor is free", () => {
    const { floor } = play([["ann", 0.2, 0]]);
    expect([
      floor.mayControlStream("ann"),
      floor.mayControlStream("bob"),
      new FloorControl().mayControlStream("bob"),
    ]).toEqual([true, false, true]);
  });
});
