import { describe, expect, it } from "vitest";
import {
  awaitedCalls,
  initialTurn,
  reduceTurn,
  type TurnSignal,
  type TurnState,
} from "../../src/core/turn-state.ts";
import type { ModelInput } from "../../src/core/client-request.ts";
import { noActions } from "../../src/wire/adk.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

const context = {
  inputTranscript: "deltas",
  longRunning: ["watch"],
  idle: "interactionStatus",
} as const;
const received = (message: ServerMessage, more: object = {}): TurnSignal => ({
  type: "serverMessage",
  message,
  context,
  discarded: false,
  ...more,
});
const content = (serverContent: NonNullable<ServerMessage["serverContent"]>): TurnSignal =>
  received({ serverContent });
const input = (request: ModelInput): TurnSignal => ({ type: "clientInput", request });
const published = (name: string, id: string, more: object = {}): TurnSignal => ({
  type: "published",
  event: {
    author: "a",
    content: { role: "user", parts: [{ functionResponse: { id, name, ...more } }] },
  },
});

/** Plays signals one ms apart, from 1 ms on. */
const play = (...signals: readonly TurnSignal[]): TurnState =>
  signals.reduce((turn, signal, at) => reduceTurn(turn, signal, at + 1), initialTurn(0));

const text = input({ type: "text", text: "hi" });
const output = content({ modelTurn: { parts: [{ text: "x" }] } });
const turnComplete = content({ turnComplete: true });
const filler = content({ turnComplete: true, interactionStatus: "IN_PROGRESS" });
const idle = content({ turnComplete: true, interactionStatus: "IDLE" });
const interrupted = content({ interrupted: true });
const setupComplete = received({ setupComplete: {} });
const call = (id: string, name = "f"): TurnSignal =>
  received({ toolCall: { functionCalls: [{ id, name }] } });

describe("a turn opens and closes", () => {
  it.each<[string, TurnSignal, boolean]>([
    ["text", text, true],
    ["manual activity", input({ type: "activityStart" }), true],
    ["a complete turn", input({ type: "content", turns: [], complete: true }), true],
    ["an incomplete turn", input({ type: "content", turns: [], complete: false }), false],
    ["history", input({ type: "content", turns: [], complete: true, isHistory: true }), false],
    ["speech", received({ voiceActivity: { type: "ACTIVITY_START" } }), true],
    ["the end of speech", received({ voiceActivity: { type: "ACTIVITY_END" } }), false],
    ["a transcript", content({ inputTranscription: { text: "hi" } }), true],
    ["an empty transcript", content({ inputTranscription: {} }), false],
    ["output", output, true],
    ["a call", call("a"), true],
    ["a message without calls", received({ toolCall: { functionCalls: [] } }), false],
    ["usage", received({ usageMetadata: {} }), false],
  ])("%s", (_, signal, opens) => {
    expect(play(signal)).toMatchObject({ open: opens, number: opens ? 1 : 0 });
  });

  it("closes at turnComplete, not at the model's interrupted", () => {
    expect(play(text, output, interrupted)).toMatchObject({ open: true, phase: "idle" });
    expect(play(text, output, interrupted, turnComplete)).toMatchObject({ open: false });
    expect(play(text, output, turnComplete, output)).toMatchObject({ open: true, number: 2 });
  });

  it("[CALL14] turns of calls alone are counted, and the latest with content is known", () => {
    const silent = [call("a"), content({ generationComplete: true }), turnComplete];
    const turn = play(text, ...silent, ...silent, ...silent);
    expect(turn).toMatchObject({ open: false, number: 3, contentTurn: 1 });
    expect(reduceTurn(turn, output, 20)).toMatchObject({ number: 4, contentTurn: 4 });
    expect(play(text, turnComplete, call("a"), output)).toMatchObject({
      number: 2,
      contentTurn: 2,
    });
  });

  it("[CALL16] a thought opens a turn, and is no content of one", () => {
    const thought = content({ modelTurn: { parts: [{ text: "Hm.", thought: true }] } });
    expect(play(text, turnComplete, thought, call("a"))).toMatchObject({
      open: true,
      number: 2,
      contentTurn: 1,
    });
  });

  it("closes when the relay interrupts or completes it", () => {
    expect(play(text, output, { type: "interrupted" })).toMatchObject({
      open: false,
      interruptedAt: 3,
    });
    expect(play(text, output, { type: "completed" })).toMatchObject({ open: false, phase: "idle" });
  });

  it("[TURN1] stays open at the end of a filler, and closes at the end of the answer", () => {
    const thinking = play(text, output, filler);
    expect(thinking).toMatchObject({ open: true, number: 1, phase: "thinking", awaitingSince: 3 });
    expect(thinking.settled).toBe(false);
    expect(play(text, output, filler, call("1"))).toMatchObject({ phase: "thinking", number: 1 });
    expect(play(text, output, filler, output)).toMatchObject({ phase: "generating", number: 1 });
    for (const end of [idle, turnComplete])
      expect(play(text, output, filler, output, end)).toMatchObject({ open: false, settled: true });
    expect(play(text, output, filler, interrupted).phase).toBe("idle");
    expect(play(text, output, filler, setupComplete)).toMatchObject({ open: true, phase: "idle" });
  });

  it("[TURN1] closes at every turnComplete of a model that reports no status", () => {
    const plain = received(
      { serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" } },
      { context: { ...context, idle: "turnComplete" } },
    );
    expect(play(text, output, plain)).toMatchObject({ open: false, phase: "idle" });
  });

  it("outlives the session", () => {
    expect(play(text, output, setupComplete)).toMatchObject({ open: true, number: 1 });
  });
});

describe("the phase is what the model does", () => {
  it.each<[string, TurnSignal[], TurnState["phase"]]>([
    ["listens", [received({ voiceActivity: { type: "ACTIVITY_START" } })], "listening"],
    ["generates", [text, output], "generating"],
    ["generates by a call", [text, call("1")], "generating"],
    ["plays", [text, output, content({ generationComplete: true })], "playing"],
    ["is idle after turnComplete", [text, output, turnComplete], "idle"],
    ["is idle in a new session", [text, output, setupComplete], "idle"],
    ["is idle without one", [text, output, { type: "upstreamClosed" }], "idle"],
    [
      "is still busy with a discarded answer that the relay interrupted",
      [text, output, { type: "interrupted" }, received({ serverContent: {} }, { discarded: true })],
      "generating",
    ],
  ])("%s", (_, signals, phase) => {
    expect(play(...signals).phase).toBe(phase);
  });
});

describe("an answer is awaited", () => {
  it("from input or the end of speech until output or turnComplete", () => {
    expect(play(text).awaitingSince).toBe(1);
    expect(play({ type: "speech", on: true }, { type: "speech", on: false }).awaitingSince).toBe(2);
    expect(play(text, output).awaitingSince).toBeUndefined();
    expect(play(text, turnComplete).awaitingSince).toBeUndefined();
    expect(play(input({ type: "activityStart" })).awaitingSince).toBeUndefined();
  });

  it("starts by its discarded content as well", () => {
    const discarded = received({ serverContent: {} }, { discarded: true });
    expect(play(text, discarded)).toMatchObject({ answerStarted: true, phase: "idle" });
    expect(play(text, discarded, turnComplete).answerStarted).toBe(false);
  });

  it("ends with the last session, and so does speech", () => {
    const closed = play(text, { type: "speech", on: true }, { type: "upstreamClosed" });
    expect(closed).toMatchObject({ awaitingSince: undefined, speechSince: undefined, open: true });
  });

  it("is not awaited in a new session but for what that is sent; speech starts again", () => {
    expect(play(text, { type: "speech", on: true }, setupComplete)).toMatchObject({
      awaitingSince: undefined,
      speechSince: 3,
    });
  });
});

const asked: TurnSignal = {
  type: "published",
  event: {
    author: "a",
    actions: { ...noActions, requestedToolConfirmations: { "1": {} } },
  },
};

describe("calls are pending until they have a response", () => {
  it("ends by a response, a cancellation, or the end of all sessions", () => {
    expect(play(call("1")).pendingCalls).toEqual(["1"]);
    expect(play(call("1"), call("1")).pendingCalls).toEqual(["1"]);
    expect(play(call("1"), published("f", "1")).pendingCalls).toEqual([]);
    expect(
      play(call("1"), received({ toolCallCancellation: { ids: ["1"] } })).pendingCalls,
    ).toEqual([]);
    expect(play(call("1"), { type: "upstreamClosed" }).pendingCalls).toEqual([]);
    expect(play(call("1"), setupComplete).pendingCalls).toEqual(["1"]);
  });

  it("is not waited for when long-running, in need of an approval, or interrupted", () => {
    expect(awaitedCalls(play(call("1", "watch")))).toEqual([]);
    expect(play(call("1", "watch")).pendingCalls).toEqual(["1"]);
    expect(awaitedCalls(play(call("1"), call("2"), asked))).toEqual(["2"]);
    expect(awaitedCalls(play(call("1"), interrupted))).toEqual([]);
    expect(play(call("1", "watch"), setupComplete).pendingCalls).toEqual([]);
  });

  it("stays pending, but is not waited for, from the decision on an approval to the response", () => {
    const decided = play(call("1"), asked, published("adk_request_confirmation", "1"));
    expect(decided).toMatchObject({ pendingCalls: ["1"], deferredCalls: ["1"], followUpSince: 3 });
  });

  it("has the model comment on a response that is neither silent nor partial", () => {
    expect(play(call("1"), published("f", "1")).followUpSince).toBe(2);
    expect(
      play(call("1"), published("f", "1", { scheduling: "SILENT" })).followUpSince,
    ).toBeUndefined();
    expect(
      play(call("1"), published("f", "1", { willContinue: true })).followUpSince,
    ).toBeUndefined();
    expect(play(call("1"), published("f", "1"), output).followUpSince).toBeUndefined();
  });

  it("settles a turn that completes with nothing due", () => {
    expect(play(text, output, turnComplete).settled).toBe(true);
    expect(play(text, call("1"), turnComplete).settled).toBe(false);
    expect(play(text, call("1"), turnComplete, published("f", "1"), turnComplete).settled).toBe(
      false,
    );
    expect(play(text, call("1"), interrupted, turnComplete).settled).toBe(true);
  });
});

describe("the user's transcript is published in deltas, then final, or whole", () => {
  const delta = content({ inputTranscription: { text: "hi" } });
  const finished = content({ inputTranscription: { text: "hi", finished: true } });
  it.each<[string, TurnSignal[], TurnState["userTranscript"]]>([
    ["partial after a delta", [delta], "partial"],
    ["final after finished", [delta, finished], "final"],
    ["final after turnComplete", [delta, turnComplete], "final"],
    ["final after interrupted", [delta, interrupted], "final"],
    ["final after generationComplete", [delta, content({ generationComplete: true })], "final"],
    ["whole without deltas", [finished], "whole"],
    ["whole after an earlier one in deltas", [delta, finished, finished], "whole"],
    [
      "whole where the model sends no deltas",
      [
        received(
          { serverContent: { inputTranscription: { text: "hi" } } },
          { context: { ...context, inputTranscript: "final" } },
        ),
      ],
      "whole",
    ],
    ["none in a new session", [delta, setupComplete], "none"],
  ])("%s", (_, signals, state) => {
    expect(play(...signals).userTranscript).toBe(state);
  });
});
