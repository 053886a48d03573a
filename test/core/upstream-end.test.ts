import { describe, expect, it } from "vitest";
import { clientError, type ClientError } from "../../src/core/errors.ts";
import type { UpstreamEvent } from "../../src/core/upstream/fsm-types.ts";
import { now, play, sendAudio, sendText, show, states } from "./upstream-script.ts";

const outcome = (error: ClientError, event: UpstreamEvent, at: number): string => {
  const { upstream, effects } = play({ ...states.ended, error }, [at, event]);
  return show(upstream, effects);
};

describe("[LINK11] After the end, the relay must not answer each frame of an open microphone", () => {
  it("connects again only where a retry may help", () => {
    const unauthenticated = clientError("UPSTREAM_UNAUTHENTICATED", "no");
    const unreachable = clientError("UPSTREAM_UNREACHABLE", "away");
    expect(outcome(unauthenticated, sendAudio, now - 1)).toBe("ended");
    expect(outcome(unauthenticated, sendAudio, now)).toBe("ended");
    expect(outcome(unreachable, sendAudio, now - 1)).toBe("ended");
    expect(outcome(unreachable, sendAudio, now)).toBe("connecting: connect");
    expect(outcome(unauthenticated, sendText, now - 1)).toBe("ended: rejectRequest");
    expect(outcome(unauthenticated, sendText, now)).toBe("connecting: connect");
  });
});
