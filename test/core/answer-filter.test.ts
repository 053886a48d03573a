import { describe, expect, it } from "vitest";
import { anew, openGuard, pass, stop, type Guard } from "../../src/core/policy/answer-filter.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

const usual = { begun: true, whole: true, interrupts: true, instead: undefined };

/** What is told of some messages, and what is said to the model on the way. */
function through(guard: Guard, ...messages: ServerMessage[]) {
  const told: ServerMessage[] = [];
  const said: string[] = [];
  for (const message of messages) {
    const [next, passed] = pass(guard, message);
    guard = next;
    told.push(passed.message);
    if (passed.say !== undefined) said.push(passed.say);
  }
  return { at: guard.at, told, said };
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
    const [guard] = stop(usual);
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
    const [guard] = stop(usual);
    expect(through(guard, { setupComplete: {} }, words("hi")).told[1]).toEqual(words("hi"));
  });

  it("its calls are neither told nor made: they are to be answered", () => {
    const [guard] = stop(usual);
    const functionCalls = [{ id: "c1", name: "pay" }];
    const [, passed] = pass(guard, { toolCall: { functionCalls } });
    expect(passed).toEqual({ message: {}, refused: functionCalls, say: undefined });
    expect(pass(openGuard, { toolCall: { functionCalls } })[1].refused).toEqual([]);
  });
});

describe("[GUARD2] what the model is to say instead is said when it can be heard", () => {
  const instead = "Say no.";

  it("at once, in the middle of an answer, where words interrupt", () => {
    const [guard, now] = stop({ ...usual, instead });
    expect(now).toBe(instead);
    expect(through(guard, voice, done).said).toEqual([]);
  });

  it("when the answer begins, where it has not yet", () => {
    const [guard, now] = stop({ ...usual, begun: false, instead });
    expect(now).toBeUndefined();
    expect(through(guard, { usageMetadata: {} }, voice, voice, done).said).toEqual([instead]);
  });

  it("at the end of the turn, where words do not interrupt", () => {
    const [guard, now] = stop({ ...usual, interrupts: false, instead });
    expect(now).toBeUndefined();
    expect(through(guard, voice).said).toEqual([]);
    expect(through(guard, voice, done).said).toEqual([instead]);
  });
});

describe("[GUARD3] an answer that never began does not keep the next from being heard", () => {
  it("another utterance, or a typed message, opens again", () => {
    const [guard] = stop({ ...usual, begun: false, instead: "Say no." });
    const { told, said } = through(guard, heard("what time is it"), words("Noon."));
    expect(told[1]).toEqual(words("Noon."));
    expect(said).toEqual([]);
    expect(anew(guard)).toEqual(openGuard);
  });

  it("but not once it has begun, nor by more of the same utterance", () => {
    const [begun] = stop(usual);
    expect(through(begun, heard("and"), words("x")).at).toBe("discarding");
    expect(anew(begun)).toBe(begun);
    const [pieces] = stop({ ...usual, begun: false, whole: false });
    expect(through(pieces, heard("and"), words("x")).at).toBe("discarding");
  });
});
