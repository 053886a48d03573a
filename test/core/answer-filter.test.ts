import { describe, expect, it } from "vitest";
import {
  onNewInput,
  openFilter,
  filterMessage,
  discardAnswer,
  type AnswerFilter,
} from "../../src/core/policy/answer-filter.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

const usual = {
  started: true,
  wholeTranscript: true,
  textInterrupts: true,
  replacement: undefined,
};

/** What is told of some messages, and what is said to the model on the way. */
function through(guard: AnswerFilter, ...messages: ServerMessage[]) {
  const told: ServerMessage[] = [];
  const said: string[] = [];
  for (const message of messages) {
    const [next, passed] = filterMessage(guard, message);
    guard = next;
    told.push(passed.message);
    if (passed.prompt !== undefined) said.push(passed.prompt);
  }
  return { at: guard.state, told, said };
}

const words = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});
const voice: ServerMessage = { serverContent: { modelTurn: { parts: [{ text: "x" }] } } };
const heard = (text: string): ServerMessage => ({
  serverContent: { inputTranscription: { text } },
});
const done: ServerMessage = { serverContent: { turnComplete: true } };

describe("[GUARD1] what is stopped is kept from everybody until the turn is over", () => {
  it("nothing of the answer passes, all else does", () => {
    const all: ServerMessage = {
      serverContent: {
        modelTurn: { parts: [{ text: "x" }] },
        outputTranscription: { text: "x" },
        groundingMetadata: { a: 1 },
        generationComplete: true,
        interrupted: true,
        inputTranscription: { text: "stop" },
      },
      usageMetadata: { totalTokenCount: 1 },
      goAway: { timeLeft: "5s" },
    };
    const [guard] = discardAnswer(usual);
    expect(through(guard, all, done, all)).toEqual({
      at: "open",
      told: [
        {
          serverContent: { inputTranscription: { text: "stop" } },
          usageMetadata: { totalTokenCount: 1 },
          goAway: { timeLeft: "5s" },
        },
        done,
        all,
      ],
      said: [],
    });
  });

  it("a session that is new owes nothing of the old", () => {
    const [guard] = discardAnswer(usual);
    expect(through(guard, { setupComplete: {} }, words("hi")).told[1]).toEqual(words("hi"));
  });

  it("its calls are neither told nor made: they are to be answered", () => {
    const [guard] = discardAnswer(usual);
    const functionCalls = [{ id: "c1", name: "pay" }];
    const [, passed] = filterMessage(guard, { toolCall: { functionCalls } });
    expect(passed).toEqual({ message: {}, blockedCalls: functionCalls, prompt: undefined });
    expect(filterMessage(openFilter, { toolCall: { functionCalls } })[1].blockedCalls).toEqual([]);
  });
});

describe("[GUARD2] what the model is to say instead is said when it can be heard", () => {
  const instead = "Say no.";

  it("at once, in the middle of an answer, where words interrupt", () => {
    const [guard, now] = discardAnswer({ ...usual, replacement: instead });
    expect(now).toBe(instead);
    expect(through(guard, voice, done).said).toEqual([]);
  });

  it("when the answer begins, where it has not yet", () => {
    const [guard, now] = discardAnswer({ ...usual, started: false, replacement: instead });
    expect(now).toBeUndefined();
    expect(through(guard, { usageMetadata: {} }, voice, voice, done).said).toEqual([instead]);
  });

  it("at the end of the turn, where words do not interrupt", () => {
    const [guard, now] = discardAnswer({ ...usual, textInterrupts: false, replacement: instead });
    expect(now).toBeUndefined();
    expect(through(guard, voice).said).toEqual([]);
    expect(through(guard, voice, done).said).toEqual([instead]);
  });
});

describe("[GUARD3] an answer that never began does not keep the next from being heard", () => {
  it("another utterance, or a typed message, opens again", () => {
    const [guard] = discardAnswer({ ...usual, started: false, replacement: "Say no." });
    const { told, said } = through(guard, heard("what time is it"), words("Noon."));
    expect(told[1]).toEqual(words("Noon."));
    expect(said).toEqual([]);
    expect(onNewInput(guard)).toEqual(openFilter);
  });

  it("but not once it has begun, nor by more of the same utterance", () => {
    const [begun] = discardAnswer(usual);
    expect(through(begun, heard("and"), words("x")).at).toBe("discarding");
    expect(onNewInput(begun)).toBe(begun);
    const [pieces] = discardAnswer({ ...usual, started: false, wholeTranscript: false });
    expect(through(pieces, heard("and"), words("x")).at).toBe("discarding");
  });
});
