import { describe, expect, it } from "vitest";
import type { UpstreamEvent, UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import { RetransmitBuffer } from "../../src/core/upstream/retransmit-buffer.ts";
import { reduceTurn } from "../../src/core/turn-state.ts";
import {
  apply,
  deadline,
  generated,
  idle,
  interrupted,
  output,
  play,
  received,
  rules,
  sendAudio,
  sendText,
  setupComplete,
  socketOpened,
  speech,
  speechStarted,
  timer,
  toolCall,
  toolResponse,
  transcript,
  turnComplete,
  type Position,
} from "./upstream-script.ts";

/** So much audio of the model, with a word or without. */
const audioOf = (ms: number, text?: string): UpstreamEvent =>
  received({
    serverContent: {
      modelTurn: {
        parts: [
          { inlineData: { mimeType: "audio/pcm;rate=24000", data: "A".repeat((ms * 48 * 4) / 3) } },
        ],
      },
      ...(text !== undefined && { outputTranscription: { text } }),
    },
  });
const thought = received({
  serverContent: { modelTurn: { parts: [{ text: "Hm.", thought: true }] } },
});
const { answerTimeoutMs, pauseTimeoutMs, responseTimeoutMs, idleTimeoutMs, conflictDelayMs } =
  rules;

/** The prompt that the next session gets, and how it is opened. */
function nextSession({ upstream, turn }: Position) {
  const { retryAt } = upstream as UpstreamState<"backoff">;
  const { effects } = play(
    { upstream, turn },
    [retryAt, timer],
    [retryAt + 1, socketOpened],
    [retryAt + 2, setupComplete],
  );
  return effects.find(({ type }) => type === "sendHistory");
}

describe("[FAULT11] an answer is due once the model has heard the words, and after an interruption too", () => {
  it("resumes after 15 s without an answer, and asks for it", () => {
    const heard = play(
      idle,
      [1, speech(true)],
      [2, sendAudio],
      [3, speech(false)],
      [4, transcript],
    );
    expect(deadline(heard)).toBe(4 + answerTimeoutMs);
    const { upstream, did, turn } = play(heard, [4 + answerTimeoutMs, timer]);
    expect(did).toEqual(["closeSocket"]);
    expect(upstream).toMatchObject({
      state: "backoff",
      handle: "h1",
      retryAt: 4 + answerTimeoutMs + conflictDelayMs,
      failures: { unresponsive: 1 },
    });
    expect(nextSession({ upstream, turn })).toMatchObject({ resumed: true, stalledAt: "answer" });
  });

  it("the words may precede the end of speech, and voice activity alone is none", () => {
    const deltas = play(idle, [1, speech(true)], [2, transcript], [3, speech(false)]);
    const ended = received({ voiceActivity: { type: "ACTIVITY_END" } });
    expect(deadline(play(deltas, [4, ended]))).toBe(4 + answerTimeoutMs);
    const wordless = play(idle, [1, speech(true)], [2, speech(false)], [3, ended]);
    expect(deadline(wordless)).toBe(3 + idleTimeoutMs);
  });

  it("a model that may think has more time", () => {
    const heard = play(idle, [1, speech(true)], [2, speech(false)], [3, transcript]);
    const thinking = { ...rules, answerTimeoutMs: rules.thinkingTimeoutMs };
    expect(deadline(heard, thinking)).toBe(3 + 30_000);
  });

  it("after a barge-in: deaf, 8 s after the speech", () => {
    const bargedIn = play(
      idle,
      [1, audioOf(4_000, "One")],
      [2, speech(true)],
      [3, sendAudio],
      [4, interrupted],
      [5, turnComplete],
      [6, speech(false)],
    );
    expect(deadline(bargedIn)).toBe(6 + responseTimeoutMs);
    const { upstream } = play(bargedIn, [6 + responseTimeoutMs, timer]);
    expect(upstream).toMatchObject({ handle: "h1", pending: { messages: [{ kind: "audio" }] } });
  });

  it("after a barge-in whose speech ended before the interruption came", () => {
    const short = play(
      idle,
      [1, audioOf(4_000, "One")],
      [2, speech(true)],
      [3, speech(false)],
      [4, speechStarted],
      [5, interrupted],
      [6, turnComplete],
    );
    expect(short.turn).toMatchObject({ open: false, awaitingSince: 3 });
    expect(deadline(play(short, [7, transcript]))).toBe(7 + answerTimeoutMs);
  });

  it("after text that interrupts", () => {
    const typed = play(
      idle,
      [1, audioOf(4_000, "One")],
      [2, sendText],
      [3, interrupted],
      [4, turnComplete],
    );
    expect(deadline(typed)).toBe(4 + answerTimeoutMs);
    expect(deadline(play(typed, [5, output], [6, turnComplete]))).toBe(6 + idleTimeoutMs);
  });
});

describe("[FAULT12] an answer that stops in the middle is asked for its rest", () => {
  const begun = play(idle, [1, sendText], [2, audioOf(4_000, "One two")]);

  it("8 s after all of it was played: resumed, asked for the rest, interrupted once", () => {
    expect(deadline(begun)).toBe(2 + 4_000 + pauseTimeoutMs);
    const { upstream, turn, did } = play(begun, [4_002 + pauseTimeoutMs, timer]);
    expect(did).toEqual(["interruptTurn", "closeSocket"]);
    expect(upstream).toMatchObject({ state: "backoff", handle: "h1", unanswered: false });
    expect(nextSession({ upstream, turn })).toMatchObject({ resumed: true, stalledAt: "rest" });
  });

  /** The rest begins and breaks off, too. */
  function again(position: Position) {
    const { retryAt } = position.upstream as UpstreamState<"backoff">;
    const resumed = play(
      position,
      [retryAt, timer],
      [retryAt, socketOpened],
      [retryAt, setupComplete],
      [retryAt, audioOf(1_000, "three")],
    );
    const at = deadline(resumed) ?? Number.NaN;
    expect(at).toBe(retryAt + 1_000 + pauseTimeoutMs);
    return play(resumed, [at, timer]);
  }

  it("a new session the second time; the third time it is told and not asked again", () => {
    const first = play(begun, [4_002 + pauseTimeoutMs, timer]);
    const second = again(first);
    expect(second.upstream).toMatchObject({ handle: undefined, stalledAt: "rest" });
    const third = again(second);
    expect(third.upstream).toMatchObject({ stalledAt: undefined, failures: { brokenOff: 0 } });
    const errors = third.effects.flatMap((effect) =>
      effect.type === "publishError" ? effect.error.code : [],
    );
    expect(errors).toEqual(["NO_ANSWER"]);
  });

  it("an answer that comes to its end forgets that earlier ones broke off", () => {
    const first = play(begun, [4_002 + pauseTimeoutMs, timer]);
    const { retryAt } = first.upstream as UpstreamState<"backoff">;
    const whole = play(
      first,
      [retryAt, timer],
      [retryAt, socketOpened],
      [retryAt, setupComplete],
      [retryAt, audioOf(1_000, "three")],
      [retryAt, generated],
    );
    expect(whole.upstream).toMatchObject({ failures: { brokenOff: 0 } });
  });

  it("only the end is missing: the turn is completed and nothing is asked", () => {
    const whole = play(begun, [3, generated]);
    expect(deadline(whole)).toBe(4_002 + pauseTimeoutMs);
    const { upstream, did } = play(whole, [4_002 + pauseTimeoutMs, timer]);
    expect(did).toEqual(["completeTurn", "closeSocket"]);
    expect(upstream).toMatchObject({ handle: "h1", stalledAt: undefined, unanswered: false });
  });

  it("a service that gets its input again is not asked for more", () => {
    const transparent = { ...rules, transparent: true };
    const start: Position = {
      ...idle,
      upstream: {
        ...idle.upstream,
        retransmitBuffer: new RetransmitBuffer(rules.maxRetransmitBytes),
      } as UpstreamState,
    };
    const broken = play(start, [1, sendText], [2, audioOf(1_000, "One")], [9_002, timer]);
    const { retryAt } = broken.upstream as UpstreamState<"backoff">;
    let position: Position = broken;
    let asked: unknown;
    for (const event of [timer, socketOpened, setupComplete]) {
      const next = apply(position, event, retryAt, transparent);
      asked = next.effects.find(({ type }) => type === "sendHistory") ?? asked;
      position = next;
    }
    expect(asked).toMatchObject({ resumed: true, stalledAt: undefined });
  });
});

describe("[FAULT13] a steady tone is an answer that stops in the middle", () => {
  it("at once, also while more of it arrives", () => {
    const humming = play(idle, [1, sendText], [2, audioOf(4_000)], [3, audioOf(4_000)]);
    const turn = reduceTurn(humming.turn, { type: "tone" }, 3);
    const { upstream, did } = play({ ...humming, turn }, [3, timer]);
    expect(did).toEqual(["interruptTurn", "closeSocket"]);
    expect(upstream).toMatchObject({ handle: "h1", stalledAt: "rest" });
  });

  it("counts the audio since the transcript last grew", () => {
    const { turn } = play(idle, [1, audioOf(1_000, "One")], [2, audioOf(500)], [3, audioOf(250)]);
    expect(turn.wordlessMs).toBe(750);
    expect(turn.playedUntil).toBe(1_751);
    const next = play({ ...idle, turn }, [4, audioOf(250, "two")]);
    expect(next.turn.wordlessMs).toBe(0);
  });
});

describe("[FAULT14] a pause that has a cause is no stall", () => {
  const noStall = 60_000;
  const quiet: Record<string, readonly (readonly [number, UpstreamEvent])[]> = {
    "a call without a response": [
      [1, sendText],
      [2, toolCall],
    ],
    "a call in the middle of an answer": [
      [1, sendText],
      [2, audioOf(500, "One.")],
      [3, toolCall],
    ],
    "a long call, and the answer to it": [
      [1, sendText],
      [2, toolCall],
      [40_000, toolResponse],
      [41_000, output],
      [41_001, turnComplete],
    ],
    "text and speech while a call waits": [
      [1, sendText],
      [2, toolCall],
      [3, sendText],
      [4, speech(true)],
      [5, speechStarted],
      [6, speech(false)],
    ],
    "a pause after a turn": [
      [1, sendText],
      [2, output],
      [3, turnComplete],
    ],
    "noise without words": [
      [1, speech(true)],
      [2, speechStarted],
      [3, speech(false)],
      [4, received({ voiceActivity: { type: "ACTIVITY_END" } })],
    ],
    "the user speaks over the answer": [
      [1, output],
      [2, speech(true)],
      [3, speechStarted],
    ],
    "nothing was said": [],
  };
  for (const [name, script] of Object.entries(quiet))
    it(name, () => {
      const position = play(idle, ...script);
      const last = script.at(-1)?.[0] ?? 0;
      // A running tool keeps the connection from being parked.
      const running = play(position, [last, { type: "toolsRunning", on: true }]);
      expect(deadline(running) ?? Infinity).toBeGreaterThanOrEqual(last + noStall);
    });

  it("extended thinking, which completes a filler first", () => {
    const filler = received({
      serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" },
    });
    const thinking = play(
      idle,
      [1, sendText],
      [2, audioOf(500, "Hm.")],
      [3, generated],
      [4, filler],
    );
    expect(deadline(thinking)).toBe(4 + idleTimeoutMs);
  });

  it("a response after a long call starts the time anew", () => {
    const responded = play(idle, [1, sendText], [2, toolCall], [40_000, toolResponse]);
    expect(deadline(responded)).toBe(40_000 + answerTimeoutMs);
    const typed = play(idle, [1, sendText], [2, toolCall], [3, sendText], [40_000, toolResponse]);
    expect(deadline(typed)).toBe(40_000 + answerTimeoutMs);
  });

  it("audio slower than it plays", () => {
    let position: Position = play(idle, [0, sendText]);
    for (let at = 500; at < 30_000; at += 500) {
      expect(deadline(position)).toBeGreaterThan(at);
      position = play(position, [at, audioOf(250, "a")]);
    }
  });

  it("an answer far ahead of its playback", () => {
    const ahead = play(idle, [1, sendText], [2, audioOf(25_000, "a long story")]);
    expect(deadline(ahead)).toBe(25_002 + pauseTimeoutMs);
  });

  it("a thought before the first sound", () => {
    const thinking = { ...rules, answerTimeoutMs: rules.thinkingTimeoutMs };
    expect(deadline(play(idle, [1, sendText], [2, thought]), thinking)).toBe(30_002);
  });

  it("an answer that a client interrupted is not asked for", () => {
    const begun = play(idle, [1, sendText], [1_001, audioOf(1_000, "One")]);
    const turn = reduceTurn(begun.turn, { type: "interrupted" }, 1_002);
    expect(deadline({ ...begun, turn })).toBe(1_001 + idleTimeoutMs);
    const early = play(idle, [1, sendText]);
    const cancelled = reduceTurn(early.turn, { type: "interrupted" }, 2);
    expect(deadline({ ...early, turn: cancelled })).toBe(1 + idleTimeoutMs);
  });

  it("nor is the rest of it, if new input comes; that is due once the model's own voice would have ended", () => {
    const begun = play(idle, [1, sendText], [2, audioOf(20_000, "Once upon a time")]);
    const turn = reduceTurn(begun.turn, { type: "interrupted" }, 3);
    const asked = play({ ...begun, turn }, [4, sendText]);
    const at = 20_002 + responseTimeoutMs;
    expect(deadline(asked)).toBe(at);
    const { upstream } = play(asked, [at, timer]);
    expect(upstream).toMatchObject({ stalledAt: undefined, unanswered: true });
  });

  it("an answer that had only calls: the response is sent again, nothing is interrupted, and no rest is asked for", () => {
    const responded = play(idle, [1, sendText], [2, toolCall], [3, toolResponse]);
    const { upstream, did, turn } = play(responded, [deadline(responded) ?? 0, timer]);
    expect(did).toEqual(["closeSocket"]);
    expect(turn.open).toBe(true);
    expect(nextSession({ upstream, turn })).toMatchObject({ resumed: true, stalledAt: undefined });
  });
});
