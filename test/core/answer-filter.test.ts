import { describe, expect, it } from "vitest";
import {
  discardAnswer,
  filterMessage,
  onNewInput,
  openFilter,
  splitTranscript,
  type AnswerFilter,
} from "../../src/core/policy/answer-filter.ts";
import { initialTurn, reduceTurn } from "../../src/core/turn-state.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

const idle = "interactionStatus" as const;
const settings = { wholeTranscript: true, textInterrupts: true, replacement: undefined, idle };
const started = { ...initialTurn(1), open: true, answerStarted: true };
const notStarted = { ...started, answerStarted: false };
const context = { inputTranscript: "final", longRunning: [], idle } as const;

/** Filters messages as the engine does. @returns what is published, and what is sent to the model on the way. */
function filtering(
  start: AnswerFilter,
  before: typeof started,
  ...messages: readonly ServerMessage[]
) {
  let [filter, turn] = [start, before];
  const published: ServerMessage[] = [];
  const prompts: string[] = [];
  for (const each of messages) {
    const [next, { message, discarded, prompt }] = filterMessage(filter, each, turn);
    turn = reduceTurn(turn, { type: "serverMessage", message, context, discarded }, 1);
    filter = next;
    published.push(message);
    if (prompt !== undefined) prompts.push(prompt);
  }
  return { state: filter.state, published, prompts };
}

const outputText = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});
const audio: ServerMessage = { serverContent: { modelTurn: { parts: [{ text: "x" }] } } };
const transcript = (text: string): ServerMessage => ({
  serverContent: { inputTranscription: { text } },
});
const turnComplete: ServerMessage = { serverContent: { turnComplete: true } };

describe("[GUARD1] The relay must withhold a stopped answer from all clients until the turn ends", () => {
  it("publishes nothing of the answer, and everything else", () => {
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
    const [filter] = discardAnswer(settings, started);
    expect(filtering(filter, started, all, turnComplete, all)).toEqual({
      state: "open",
      published: [
        {
          serverContent: { inputTranscription: { text: "stop" } },
          usageMetadata: { totalTokenCount: 1 },
          goAway: { timeLeft: "5s" },
        },
        turnComplete,
        all,
      ],
      prompts: [],
    });
  });

  it("publishes everything again in a new session", () => {
    const [filter] = discardAnswer(settings, started);
    const { published } = filtering(filter, started, { setupComplete: {} }, outputText("hi"));
    expect(published[1]).toEqual(outputText("hi"));
  });

  it("neither publishes nor runs its tool calls, which must be answered", () => {
    const [filter] = discardAnswer(settings, started);
    const functionCalls = [{ id: "c1", name: "pay" }];
    const [, filtered] = filterMessage(filter, { toolCall: { functionCalls } }, started);
    expect(filtered).toEqual({
      message: {},
      discarded: false,
      blockedCalls: functionCalls,
      prompt: undefined,
    });
    const [, open] = filterMessage(openFilter, { toolCall: { functionCalls } }, started);
    expect(open.blockedCalls).toEqual([]);
  });
});

describe("[GUARD2] The relay must send the replacement prompt at once where text interrupts the model, but not before the answer has begun", () => {
  const replacement = "Say no.";

  it("asks at once in the middle of an answer, where text interrupts", () => {
    const [filter, prompt] = discardAnswer({ ...settings, replacement }, started);
    expect(prompt).toBe(replacement);
    expect(filtering(filter, started, audio, turnComplete).prompts).toEqual([]);
  });

  it("asks when the answer starts, where it has not yet", () => {
    const [filter, prompt] = discardAnswer({ ...settings, replacement }, notStarted);
    expect(prompt).toBeUndefined();
    const { prompts } = filtering(
      filter,
      notStarted,
      { usageMetadata: {} },
      audio,
      audio,
      turnComplete,
    );
    expect(prompts).toEqual([replacement]);
  });

  it("asks at the end of the turn, where text does not interrupt", () => {
    const quiet = { ...settings, textInterrupts: false, replacement };
    const [filter, prompt] = discardAnswer(quiet, started);
    expect(prompt).toBeUndefined();
    expect(filtering(filter, started, audio).prompts).toEqual([]);
    expect(filtering(filter, started, audio, turnComplete).prompts).toEqual([replacement]);
  });
});

describe("[GUARD3] An answer that never began must not suppress the next one", () => {
  it("[GUARD4] stays closed through a filler, and opens at the end of the answer", () => {
    const filler = { serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" } };
    const end = { serverContent: { turnComplete: true, interactionStatus: "IDLE" } };
    const [filter] = discardAnswer(
      { ...settings, textInterrupts: false, replacement: "No." },
      started,
    );
    const blocked = filtering(filter, started, outputText("Hm."), filler, outputText("4111"));
    expect(blocked.state).toBe("discarding");
    expect(blocked.published).toEqual([{ serverContent: {} }, filler, { serverContent: {} }]);
    expect(blocked.prompts).toEqual([]);
    const over = filtering(filter, started, filler, transcript("and"), outputText("4111"), end);
    expect(over).toMatchObject({ state: "open", prompts: ["No."] });
    const [plain] = discardAnswer({ ...settings, idle: "turnComplete" }, started);
    expect(filtering(plain, started, filler).state).toBe("open");
  });

  it("opens at the next utterance or typed message", () => {
    const [filter] = discardAnswer({ ...settings, replacement: "Say no." }, notStarted);
    const { published, prompts } = filtering(
      filter,
      notStarted,
      transcript("what time is it"),
      outputText("Noon."),
    );
    expect(published[1]).toEqual(outputText("Noon."));
    expect(prompts).toEqual([]);
    expect(onNewInput(filter, notStarted)).toEqual(openFilter);
  });

  it("does not open once the answer has started, nor for more of the same utterance", () => {
    const [filter] = discardAnswer(settings, started);
    expect(filtering(filter, started, transcript("and"), outputText("x")).state).toBe("discarding");
    expect(onNewInput(filter, started)).toBe(filter);
    const [late] = discardAnswer(settings, notStarted);
    expect(filtering(late, notStarted, audio, transcript("and")).state).toBe("discarding");
    const [pieces] = discardAnswer({ ...settings, wholeTranscript: false }, notStarted);
    expect(filtering(pieces, notStarted, transcript("and"), outputText("x")).state).toBe(
      "discarding",
    );
  });
});

describe("a message with the user's transcript is split", () => {
  it("puts the transcript first, and the rest after it", () => {
    const both: ServerMessage = {
      serverContent: { inputTranscription: { text: "hi" }, turnComplete: true },
      usageMetadata: {},
    };
    expect(splitTranscript(both)).toEqual([
      transcript("hi"),
      { serverContent: { turnComplete: true }, usageMetadata: {} },
    ]);
    expect(splitTranscript(transcript("hi"))).toEqual([transcript("hi")]);
    expect(splitTranscript(turnComplete)).toEqual([turnComplete]);
    expect(splitTranscript({ ...transcript("hi"), usageMetadata: {} })).toEqual([
      transcript("hi"),
      { usageMetadata: {} },
    ]);
  });
});
