import { describe, expect, it } from "vitest";
import { step } from "../../src/core/upstream/fsm.ts";
import { type Happening, type Link } from "../../src/core/upstream/fsm-types.ts";
import { problem, type Problem } from "../../src/core/errors.ts";
import { rules, saying } from "./upstream-script.ts";

const now = 100_000;
const ended = (why: Problem): Link => ({
  at: "ended",
  why,
  until: now,
  handle: undefined,
  speech: false,
  leaveAt: undefined,
});
const show = (link: Link, happening: Happening, at: number): string => {
  const [next, effects] = step(link, happening, at, rules);
  return [next.at, ...effects.map((effect) => effect.do)].join(" ");
};

describe("[LINK11] after the end an open microphone gets no answer for each frame, and words do", () => {
  it("and it dials again only where a retry may help", () => {
    const audio: Happening = { type: "say", saying: saying("audio") };
    const words: Happening = { type: "say", saying: saying("text") };
    const refused = ended(problem("KEY_REFUSED", "no"));
    const away = ended(problem("UPSTREAM_UNREACHABLE", "away"));
    expect([show(refused, audio, now - 1), show(refused, audio, now)]).toEqual(["ended", "ended"]);
    expect([show(away, audio, now - 1), show(away, audio, now)]).toEqual([
      "ended",
      "dialling dial",
    ]);
    expect([show(refused, words, now - 1), show(refused, words, now)]).toEqual([
      "ended refuse",
      "dialling dial",
    ]);
  });
});
