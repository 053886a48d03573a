import { describe, expect, it } from "vitest";
import {
  deadline,
  generated,
  fillerComplete,
  goAway,
  idle,
  interrupted,
  lost,
  output,
  play,
  rules,
  sendAudio,
  speech,
  timer,
  toolCall,
  toolResponse,
  turnComplete,
} from "./upstream-script.ts";

describe("[LINK13] After `goAway` the relay must keep using the old connection until the first pause", () => {
  it("reconnects at once where nothing goes on", () => {
    const { upstream, did } = play(idle, [1, goAway]);
    expect(did).toEqual(["closeSocket", "connect"]);
    expect(upstream).toMatchObject({
      state: "connecting",
      handle: "h1",
      failures: { retries: 0 },
    });
  });

  it.each([
    ["an answer", [[1, output]], [2, turnComplete]],
    [
      "speech and the answer to it",
      [
        [1, speech(true)],
        [2, speech(false)],
        [3, output],
      ],
      [4, turnComplete],
    ],
    [
      "a tool call",
      [
        [1, toolCall],
        [2, turnComplete],
      ],
      [3, toolResponse],
    ],
  ] as const)("does not reconnect during %s", (_, before, end) => {
    const busy = play(idle, ...before, [5, goAway], [6, sendAudio]);
    expect(busy.did).toEqual(["send"]);
    expect(busy.upstream.state).toBe("draining");
    const { did } = play(busy, end, [7, timer]);
    expect(did.slice(-2)).toEqual(["closeSocket", "connect"]);
  });

  it("does not reconnect when the turn ends because the user begins to speak", () => {
    const { upstream } = play(
      idle,
      [1, output],
      [2, goAway],
      [3, speech(true)],
      [4, interrupted],
      [5, turnComplete],
    );
    expect(upstream.state).toBe("draining");
  });

  it("[LINK23] does not reconnect between a filler and its answer, and asks again if it must", () => {
    const thinking = play(idle, [1, output], [2, fillerComplete], [3, goAway], [60_000, sendAudio]);
    expect(thinking.upstream.state).toBe("draining");
    const deadline = play(idle, [1, output], [2, fillerComplete], [3, goAway], [9_003, timer]);
    expect(deadline.did).toEqual(["closeSocket", "connect"]);
    expect(deadline.upstream).toMatchObject({ state: "connecting", unanswered: true });
    const cut = play(idle, [1, output], [2, fillerComplete], [3, lost("1006")]);
    expect(cut.did).not.toContain("interruptTurn");
    expect(cut.upstream).toMatchObject({ unanswered: true });
  });

  it("reconnects a second before the announced close at the latest", () => {
    const busy = play(idle, [1, output], [2, goAway]);
    expect(deadline(busy)).toBe(2 + 10_000 - rules.drainMarginMs);
    const { did } = play(busy, [9_002, timer]);
    expect(did).toEqual(["interruptTurn", "closeSocket", "connect"]);
  });

  it("completes an answer that was sent whole, and does not interrupt it", () => {
    const { did } = play(idle, [1, output], [2, generated], [3, goAway], [9_003, timer]);
    expect(did).toEqual(["completeTurn", "closeSocket", "connect"]);
  });
});
