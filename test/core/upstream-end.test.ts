import { describe, expect, it } from "vitest";
import { step } from "../../src/core/upstream/fsm.ts";
import { type UpstreamEvent, type UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import { clientError, type ClientError } from "../../src/core/errors.ts";
import { rules, saying } from "./upstream-script.ts";

const now = 100_000;
const ended = (why: ClientError): UpstreamState => ({
  state: "ended",
  error: why,
  retryAt: now,
  handle: undefined,
  speech: false,
  parkAt: undefined,
});
const show = (link: UpstreamState, happening: UpstreamEvent, at: number): string => {
  const [next, effects] = step(link, happening, at, rules);
  return [next.state, ...effects.map((effect) => effect.type)].join(" ");
};

describe("[LINK11] after the end an open microphone gets no answer for each frame, and words do", () => {
  it("and it dials again only where a retry may help", () => {
    const audio: UpstreamEvent = { type: "say", message: saying("audio") };
    const words: UpstreamEvent = { type: "say", message: saying("text") };
    const refused = ended(clientError("UPSTREAM_UNAUTHENTICATED", "no"));
    const away = ended(clientError("UPSTREAM_UNREACHABLE", "away"));
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
