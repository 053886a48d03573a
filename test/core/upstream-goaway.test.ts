import { describe, expect, it } from "vitest";
import { nextDeadline } from "../../src/core/upstream/fsm.ts";
import {
  answered,
  called,
  generated,
  goAway,
  heard,
  idle,
  output,
  over,
  playFrom as play,
  rules,
  sound,
  speech,
} from "./upstream-script.ts";

describe("[LINK13] after goAway everything flows until the first real pause; then close, then open", () => {
  it("at once where nothing goes on", () => {
    const { link, did } = play(idle, [1, goAway]);
    expect(did).toEqual(["hang up", "dial"]);
    expect(link).toMatchObject({ state: "dialling", handle: "h1", failures: { retries: 0 } });
  });

  it.each([
    ["an answer", [[1, output]], [2, over]],
    [
      "speech, and what answers it",
      [
        [1, speech(true)],
        [2, speech(false)],
        [3, output],
      ],
      [4, over],
    ],
    [
      "a call",
      [
        [1, called],
        [2, over],
      ],
      [3, answered],
    ],
  ] as const)("not during %s", (_, before, end) => {
    const started = play(idle, ...before, [5, goAway], [6, sound]);
    expect(started.did).toEqual(["send"]);
    expect(started.link.state).toBe("leaving");
    const done = play(started.link, end, [7, { type: "clock" }]);
    expect(done.did.slice(-2)).toEqual(["hang up", "dial"]);
  });

  it("the turn that ends because somebody begins to speak is no pause", () => {
    const { link } = play(
      idle,
      [1, output],
      [2, goAway],
      [3, speech(true)],
      [4, heard({ serverContent: { interrupted: true } })],
      [5, over],
    );
    expect(link.state).toBe("leaving");
  });

  it("at the latest a second before the end, by the clock", () => {
    const busy = play(idle, [1, output], [2, goAway]).link;
    expect(nextDeadline(busy, rules)).toBe(2 + 10_000 - rules.drainMarginMs);
    const { did } = play(busy, [9_002, { type: "clock" }]);
    expect(did).toEqual(["cut", "hang up", "dial"]);
  });

  it("an answer that was sent whole is completed, not cut", () => {
    const { did } = play(
      idle,
      [1, output],
      [2, generated],
      [3, goAway],
      [9_003, { type: "clock" }],
    );
    expect(did).toEqual(["complete", "hang up", "dial"]);
  });
});
