import { describe, expect, it } from "vitest";
import {
  emptyFloor,
  onAudio,
  floorHoldMs,
  releaseFloor,
  mayControlStream,
  type FloorState,
  type FloorVerdict,
} from "../../src/core/policy/floor-control.ts";

/** Plays [who, loudness, at] frames and returns the verdicts. */
function play(frames: readonly (readonly [string, number, number])[], start = emptyFloor) {
  let floor: FloorState = start;
  const verdicts: FloorVerdict[] = [];
  for (const [who, loudness, at] of frames) {
    const [next, verdict] = onAudio(floor, who, loudness, at);
    floor = next;
    verdicts.push(verdict);
  }
  return { floor, verdicts };
}

describe("[FLOOR1] one audio source at a time", () => {
  it("a lone microphone is always heard, loud or not", () => {
    expect(
      play([
        ["ann", 0, 0],
        ["ann", 0.2, 20],
        ["ann", 0, 40],
      ]).verdicts,
    ).toEqual(["pass", "pass", "pass"]);
  });

  it("the first loud one takes the floor from a silent one", () => {
    expect(
      play([
        ["ann", 0, 0],
        ["bob", 0.2, 10],
        ["ann", 0, 20],
      ]).verdicts,
    ).toEqual(["pass", "pass", "drop"]);
  });

  it("and holds it until quiet for 800 ms", () => {
    const { verdicts } = play([
      ["ann", 0.2, 0],
      ["bob", 0.2, floorHoldMs - 1],
      ["bob", 0.2, floorHoldMs],
      ["ann", 0.2, floorHoldMs + 1],
    ]);
    expect(verdicts).toEqual(["pass", "tell", "pass", "tell"]);
  });

  it("a silent second microphone never interferes", () => {
    expect(
      play([
        ["ann", 0.2, 0],
        ["bob", 0, 5_000],
        ["ann", 0, 5_001],
      ]).verdicts,
    ).toEqual(["pass", "drop", "pass"]);
  });
});

describe("[FLOOR2] whoever is not heard is told, once", () => {
  it("until the floor moves", () => {
    expect(
      play([
        ["ann", 0.2, 0],
        ["bob", 0.2, 1],
        ["bob", 0.2, 2],
      ]).verdicts,
    ).toEqual(["pass", "tell", "drop"]);
  });
});

describe("[FLOOR3] whoever leaves gives the floor back", () => {
  it("at once", () => {
    const { floor } = play([["ann", 0.2, 0]]);
    expect(play([["bob", 0.2, 1]], releaseFloor(floor, "ann")).verdicts).toEqual(["pass"]);
    expect(play([["bob", 0.2, 1]], releaseFloor(floor, "eve")).verdicts).toEqual(["tell"]);
  });
});

describe("[FLOOR4] only whoever has the floor may end the stream or mark activity", () => {
  it("or anybody, while nobody has it", () => {
    const { floor } = play([["ann", 0.2, 0]]);
    expect([
      mayControlStream(floor, "ann"),
      mayControlStream(floor, "bob"),
      mayControlStream(emptyFloor, "bob"),
    ]).toEqual([true, false, true]);
  });
});
