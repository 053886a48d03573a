import { describe, expect, it } from "vitest";
import {
  noFailures,
  type UpstreamEvent,
  type UpstreamState,
} from "../../src/core/upstream/fsm-types.ts";
import { RetransmitBuffer } from "../../src/core/upstream/retransmit-buffer.ts";
import type { FunctionResponse } from "../../src/wire/live-api.ts";
import {
  apply,
  audio,
  deadline,
  idle,
  lost,
  output,
  play,
  received,
  resumption,
  rules,
  sendAudio,
  send,
  sendText,
  setupComplete,
  socketOpened,
  speech,
  speechStarted,
  states,
  timer,
  toolCall,
  toolResponse,
  transcript,
  turnComplete,
  type Position,
} from "./upstream-script.ts";

const conflict = lost("1011 Internal error encountered.");

describe("[LINK12] The relay must resume a session by its newest valid handle", () => {
  it("keeps the handle when an update is empty or not resumable", () => {
    const { upstream, effects } = play(
      idle,
      [1, resumption({ newHandle: "h2", resumable: true })],
      [2, resumption({ resumable: false })],
      [3, resumption({ newHandle: "", resumable: true })],
      [4, resumption({ newHandle: "h3", resumable: false })],
    );
    expect(effects).toEqual([{ type: "storeHandle", handle: "h2" }]);
    expect(upstream).toMatchObject({ handle: "h2" });
  });

  it("gives a resumed session only the unanswered input", () => {
    const { effects } = play(
      { ...states.connecting, handle: "h1", unanswered: true },
      [1, socketOpened],
      [2, setupComplete],
    );
    expect(effects).toEqual([
      { type: "sendSetup", handle: "h1" },
      { type: "sendHistory", resumed: true, unanswered: true },
    ]);
  });

  it("never resumes another agent's session", () => {
    const { upstream, effects } = play(idle, [1, { type: "agentChanged" }]);
    expect(upstream).toMatchObject({ state: "connecting", handle: undefined });
    expect(effects).toContainEqual({ type: "storeHandle", handle: undefined });
  });
});

describe("[LINK14] If the service rejects a handle, the relay must open a new session, or retry while the session is in use", () => {
  const resuming = { ...states.connecting, handle: "h1" };

  it("opens a new session at once when the handle is unknown", () => {
    for (const reason of [
      "1008 BidiGenerateContent session not found",
      "1007 Request contains an invalid argument.",
    ]) {
      const { upstream, did } = play(resuming, [1, lost(reason)]);
      expect(did).toEqual(["storeHandle", "connect"]);
      expect(upstream).toMatchObject({ state: "connecting", handle: undefined });
    }
  });

  it("retries after 1.5 s when the session is in use, four times at no cost, and then opens a new one", () => {
    let upstream: UpstreamState = resuming;
    for (let count = 1; count <= rules.maxConflicts; count++) {
      const waiting = play(upstream, [0, conflict]);
      expect(waiting.upstream).toMatchObject({
        state: "backoff",
        retryAt: 1_500,
        failures: { retries: 0, conflicts: count },
      });
      ({ upstream } = play(waiting, [1_500, timer]));
    }
    expect(play(upstream, [0, conflict]).did).toEqual(["storeHandle", "connect"]);
  });

  it("resumes an idle session only after 1.5 s, and one that was answering at once", () => {
    expect(play(idle, [1, conflict]).upstream).toMatchObject({ state: "backoff", retryAt: 1_501 });
    expect(play(idle, [1, output], [2, conflict]).upstream).toMatchObject({
      state: "backoff",
      handle: "h1",
      retryAt: 252,
    });
  });
});

describe("[LINK15] If the model gives no sign of hearing, the relay must resume the session, then open a new one", () => {
  it("acts after 3 s of speech without a sign, where the model gives one", () => {
    const speaking = play(idle, [1, speech(true)]);
    expect(deadline(speaking)).toBe(3_001);
    const { upstream, did } = play(speaking, [3_001, timer]);
    expect(did).toEqual(["closeSocket"]);
    expect(upstream).toMatchObject({
      state: "backoff",
      handle: "h1",
      retryAt: 4_501,
      failures: { unresponsive: 1 },
    });
    expect(deadline(speaking, { ...rules, speechSignTimeoutMs: undefined })).toBe(
      1 + rules.idleTimeoutMs,
    );
    expect(deadline(play(speaking, [2, speechStarted]))).toBe(2 + rules.idleTimeoutMs);
  });

  it("acts after 8 s of nothing after speech, but not when the model announced its silence", () => {
    const spoken = play(idle, [1, speech(true)], [2, speechStarted], [3, speech(false)]);
    expect(deadline(spoken)).toBe(8_003);
    const ended = play(spoken, [4, received({ voiceActivity: { type: "ACTIVITY_END" } })]);
    expect(deadline(ended)).toBe(4 + rules.idleTimeoutMs);
  });

  it("opens a new session the second time, and waits for a sign the third time", () => {
    const failing = (unresponsive: 1 | 2) => ({
      ...idle,
      upstream: { ...idle.upstream, failures: { ...noFailures, unresponsive } } as UpstreamState,
    });
    const again = play(failing(1), [1, speech(true)], [3_001, timer]);
    expect(again.did).toEqual(["closeSocket", "storeHandle"]);
    expect(again.upstream).toMatchObject({ handle: undefined, failures: { unresponsive: 2 } });
    const left = play(failing(2), [1, speech(true)]);
    expect(deadline(left)).toBe(1 + rules.idleTimeoutMs);
    expect(play(left, [2, speechStarted]).upstream).toMatchObject({
      failures: { unresponsive: 0 },
    });
  });

  it("replaces a resumed session that hears and produces no output", () => {
    const resumed = { ...states.open, handle: "h1", lastActivityAt: 0, unverified: true };
    const spoken = play(
      resumed,
      [1, speech(true)],
      [2, speechStarted],
      [3, speech(false)],
      [4, speechStarted],
    );
    expect(deadline(spoken)).toBe(8_003);
    expect(play(spoken, [8_003, timer]).upstream).toMatchObject({ handle: undefined });
    expect(deadline(play(spoken, [5, output], [6, turnComplete]))).toBe(6 + rules.idleTimeoutMs);
  });
});

describe("[LINK16] If a session is lost while the user speaks, the relay must resend that audio until the model has understood it", () => {
  it("is sent again until the model has understood it", () => {
    const speaking = play(idle, [1, speech(true)], [2, sendAudio], [3, sendAudio]);
    expect(play(speaking, [4, lost("1006")]).upstream).toMatchObject({
      pending: { messages: [audio, audio] },
    });
    const understood = play(speaking, [4, speech(false)], [5, transcript], [6, lost("1006")]);
    expect(understood.upstream).toMatchObject({ pending: { messages: [] }, unanswered: true });
  });

  it("counts an utterance that began before there was a session", () => {
    const early = play(states.parked, [1, speech(true)], [2, sendAudio]);
    const speaking = play(early, [3, socketOpened], [4, setupComplete]);
    expect(speaking).toMatchObject({
      turn: { speechSince: 4 },
      upstream: { utterance: { messages: [audio] } },
    });
    const silent = play(early, [3, speech(false)], [4, setupComplete]);
    expect(silent.turn.speechSince).toBeUndefined();
    expect(deadline(silent)).toBe(4 + rules.responseTimeoutMs);
    expect(play(silent, [5, lost("1006")]).upstream).toMatchObject({ unanswered: true });
  });

  it("keeps the audio of an utterance in the state it is in: no frame makes another", () => {
    const speaking = play(idle, [1_000, speech(true)], [1_001, sendAudio]);
    const later = play(speaking, [1_002, sendAudio], [1_003, sendAudio]);
    expect(later.upstream).toBe(speaking.upstream);
    expect(play(later, [1_004, lost("1006")]).upstream).toMatchObject({
      pending: { messages: [audio, audio, audio] },
    });
  });

  it("leaves out what was said before the current utterance once that is understood", () => {
    const two = play(
      idle,
      [1, speech(true)],
      [2, sendAudio],
      [3, speech(false)],
      [4, speech(true)],
      [5, sendAudio],
    );
    expect(play(two, [6, transcript], [7, lost("1006")]).upstream).toMatchObject({
      pending: { messages: [audio] },
    });
  });

  it("drops the oldest audio above the limit", () => {
    const script = Array.from({ length: 9 }, (_, at) => [at + 2, sendAudio] as const);
    const { upstream } = play(idle, [1, speech(true)], ...script, [20, lost("1006")]);
    expect(upstream).toMatchObject({ pending: { messages: [audio, audio, audio, audio] } });
  });
});

describe("[LINK17] After a minute without activity, the relay must park the upstream connection, except while tools run", () => {
  it("parks after a minute, with its handle, and loses no input", () => {
    expect(deadline(idle)).toBe(rules.idleTimeoutMs);
    const parked = play(idle, [rules.idleTimeoutMs, timer]);
    expect(parked.did).toEqual(["interruptTurn", "closeSocket"]);
    expect(parked.upstream).toEqual({
      state: "parked",
      handle: "h1",
      unanswered: false,
      parkAt: undefined,
    });
    expect(play(parked, [rules.idleTimeoutMs + 9, sendAudio]).upstream).toMatchObject({
      state: "connecting",
      handle: "h1",
    });
  });

  it("counts audio as activity, to a second, and leaves the state as it is in between", () => {
    const sent = play(idle, [1_000, sendAudio]);
    expect(deadline(sent)).toBe(1_000 + rules.idleTimeoutMs);
    const [first, later] = [play(sent, [1_999, sendAudio]), play(sent, [2_000, sendAudio])];
    expect(first.upstream).toBe(sent.upstream);
    expect(deadline(later)).toBe(2_000 + rules.idleTimeoutMs);
    const spoken = play(later, [2_001, output]);
    expect(play(spoken, [2_020, output]).upstream).toBe(spoken.upstream);
    expect(deadline(play(spoken, [3_000, output], [4_000, turnComplete]))).toBe(
      4_000 + rules.idleTimeoutMs,
    );
  });

  it("does not park while tools run", () => {
    const running = play(idle, [1, { type: "toolsRunning", on: true }]);
    expect(deadline(running)).toBeUndefined();
    expect(deadline(play(running, [9, { type: "toolsRunning", on: false }]))).toBe(
      9 + rules.idleTimeoutMs,
    );
  });
});

describe("[LINK20] A session that is lost while a call has no response must be resumed, whatever the service says of the call", () => {
  const calling = play(idle, [1, toolCall]);

  it.each([
    "1008 The operation was aborted.",
    "1008 Operation is not implemented, or supported, or enabled.",
  ])("%s", (reason) => {
    const gone = play(calling, [2, lost(reason)]);
    expect(gone.upstream).toMatchObject({ state: "backoff", handle: "h1" });
    const answered = play(gone, [3, toolResponse], [1_503, timer], [1_504, setupComplete]);
    expect(answered.effects).toContainEqual({ ...toolResponse });
    expect(answered.upstream).toMatchObject({ state: "open", handle: "h1" });
  });

  it("in-band, too", () => {
    const error = { code: 400, message: "The operation was aborted." };
    expect(play(calling, [2, received({ error })]).upstream).toMatchObject({ state: "backoff" });
  });

  it("without a call, a feature that the service lacks is no loss", () => {
    const reason = "1008 Operation is not implemented, or supported, or enabled.";
    expect(play(idle, [2, lost(reason)]).upstream).toMatchObject({ state: "ended" });
    expect(play(idle, [2, lost("1008 The operation was aborted.")]).upstream).toMatchObject({
      state: "backoff",
      handle: "h1",
    });
  });

  it.each([
    ["1011 You exceeded your current quota.", "QUOTA_EXCEEDED"],
    ["1007 API key expired. Please renew the API key.", "UPSTREAM_UNAUTHENTICATED"],
  ])("with a call, too, %s is no loss", (reason, code) => {
    expect(play(calling, [2, lost(reason)]).upstream).toMatchObject({
      state: "ended",
      error: { code },
    });
  });
});

describe("[LINK24] A tool response that was sent and not commented on must not be lost with the session", () => {
  const responded = play(idle, [1, toolCall], [2, toolResponse]);

  it("is sent to the resumed session again, under the id of its call", () => {
    const gone = play(responded, [3, lost("1011 Internal error encountered.")]);
    const resumed = play(gone, [1_503, timer], [1_504, setupComplete]);
    expect(resumed.effects).toContainEqual({ ...toolResponse });
    const again = play(resumed, [1_505, lost("1006 ")], [9_000, timer], [9_001, setupComplete]);
    expect(again.effects).toContainEqual({ ...toolResponse });
  });

  it("is sent to a new session as text, also when it came while the old one was resumed", () => {
    const gone = play(responded, [3, lost("1008 BidiGenerateContent session not found")]);
    const opened = play(gone, [4, setupComplete]);
    const late = play(
      { ...states.connecting, handle: "h1" },
      [1, toolResponse],
      [2, lost("1008 BidiGenerateContent session not found")],
      [3, setupComplete],
    );
    for (const { effects } of [opened, late]) {
      const sent = JSON.stringify(effects.filter(({ type }) => type === "send"));
      expect(sent).toContain("[f reports: {}]");
      expect(sent).not.toContain("toolResponse");
    }
  });

  it("is not sent again once the model has spoken, nor if it is silent", () => {
    const spoken = play(responded, [3, output], [4, turnComplete], [5, lost("1006 ")]);
    const silent = send({
      kind: "text",
      bytes: 10,
      payload: {
        toolResponse: {
          functionResponses: [{ id: "c1", name: "f", scheduling: "SILENT" } as FunctionResponse],
        },
      },
    });
    const quiet = play(idle, [1, toolCall], [2, silent], [3, lost("1006 ")]);
    for (const { upstream } of [spoken, quiet])
      expect(upstream).toMatchObject({ pending: { messages: [] } });
  });

  it("is sent once where the service reports the last message that it consumed", () => {
    const within = { ...rules, transparent: true };
    const retransmitBuffer = new RetransmitBuffer(rules.maxRetransmitBytes);
    const upstream = { ...states.open, handle: "h1", retransmitBuffer };
    let position: Position = { ...idle, upstream };
    const run = (...script: readonly (readonly [number, UpstreamEvent])[]) =>
      script.flatMap(([at, event]) => {
        const next = apply(position, event, at, within);
        position = next;
        return next.effects;
      });
    run([1, toolCall], [2, toolResponse], [3, lost("1006 ")]);
    const effects = run([9_000, timer], [9_001, setupComplete]);
    expect(effects.filter(({ type }) => type === "send")).toEqual([{ ...toolResponse }]);
  });
});

describe("[LINK21] A clean close and a break without one must count as a loss", () => {
  it.each(["1000 ", "1000", "1005 ", "1006 ", "1001 Going away", "the connection broke"])(
    "%s: resumed, without an error, and the input that has no answer is sent again",
    (reason) => {
      const asked = play(idle, [1, sendText]);
      const { upstream, did } = play(asked, [2, lost(reason)]);
      expect(upstream).toMatchObject({ state: "backoff", handle: "h1", unanswered: true });
      expect(did).not.toContain("publishError");
      expect(play(states.connecting, [1, lost(reason)]).upstream).toMatchObject({
        state: "backoff",
      });
    },
  );
});

describe("[LINK22] A resumed session that ends instead of answering, twice in a row, must be replaced", () => {
  const askAndLose = (from: ReturnType<typeof play>, at: number) => {
    const opened = play(from, [at, timer], [at + 1, setupComplete]);
    return play(opened, [at + 2, sendText], [at + 20_000, lost("1000 ")]);
  };

  it("by a new session, without the handle", () => {
    const first = play(idle, [1, sendText], [2, lost("1000 ")]);
    const second = askAndLose(first, 5_000);
    expect(second.upstream).toMatchObject({ handle: "h1", failures: { unresponsive: 1 } });
    const third = askAndLose(second, 50_000);
    expect(third.upstream).toMatchObject({ handle: undefined, failures: { unresponsive: 2 } });
    expect(third.effects).toContainEqual({ type: "storeHandle", handle: undefined });
  });

  it("but not one that has answered in between, and not one that was idle", () => {
    const first = play(idle, [1, sendText], [2, lost("1000 ")]);
    const opened = play(first, [5_000, timer], [5_001, setupComplete]);
    const answered = play(opened, [5_002, output], [5_003, turnComplete], [5_004, lost("1000 ")]);
    const quiet = play(opened, [5_002, lost("1000 ")], [9_000, timer], [9_001, setupComplete]);
    for (const { upstream } of [answered, play(quiet, [9_002, lost("1000 ")])])
      expect(upstream).toMatchObject({ handle: "h1", failures: { unresponsive: 0 } });
  });
});

describe("[LINK18] The relay must not connect again by itself after the conversation has ended", () => {
  it.each(Object.values(states))("$state", (state) => {
    const ended = play({ ...state, handle: "h1" }, [1, { type: "end" }]);
    expect(ended.upstream).toMatchObject({ state: "parked", handle: undefined });
    expect(ended.effects.at(-1)).toEqual({ type: "storeHandle", handle: undefined });
    expect(play(ended, [1e6, timer]).did).toEqual([]);
  });
});
