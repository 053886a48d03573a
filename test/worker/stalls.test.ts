/** Stalls of the model, whose socket stays open, against the emulator. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { answerPrompt, restPrompt } from "../../src/core/policy/stalls.ts";
import { connectedConversation } from "./client.ts";
import { until } from "./emulated.ts";
import type { Event } from "../../src/wire/adk.ts";
import {
  conversationWithFaults as quickConversation,
  loggedSummary,
  speakOnly,
  summarize,
} from "./fault-conversation.ts";

/** A fault of the first connection. */
const first = (what: object, when: object = {}) => ({ when: { connection: 1, ...when }, what });
const anywhere = (what: object, when: object = {}) => ({ when, what });
/** Less than the four seconds of audio that an ADK client gets at once: the rest would wait for the real clock. */
const story = "One two three four. Five six seven eight. Nine ten eleven.";
/** Audio as fast as it plays: of an answer that stops early only that much has come. */
const inTime = first({ pace: 1 });
const completes = ({ turnComplete }: Event) => turnComplete === true;
const errorsOf = (events: readonly Event[]) => events.flatMap(({ errorCode }) => errorCode ?? []);

/** In steps of a quarter of a second: these faults take half a minute. */
async function conversationWithFaults(faults: readonly object[]) {
  const conversation = await quickConversation(faults);
  const { ann, pass } = conversation;
  const wait = (condition: (event: Event) => boolean) =>
    until(ann.next(condition), (ms) => pass(5 * ms));
  return {
    ...conversation,
    wait,
    ask: async (text: string) => {
      ann.send({ type: "text", text });
      return wait(completes);
    },
    speak: async () => {
      await speakOnly(ann, pass, 1000);
      return wait(completes);
    },
  };
}

/** The last user text of each reply that the brain was asked for. */
const asked = ({ ports }: Awaited<ReturnType<typeof conversationWithFaults>>) =>
  ports.brain.contexts.map(({ history }) => history.at(-1)?.parts?.[0]?.text);

describe("[FAULT9] an empty turn is asked for its answer once, and clients see one turn", () => {
  it("typed", async () => {
    const conversation = await conversationWithFaults([first({ turn: "empty" }, { turn: 1 })]);
    conversation.ports.brain.replies.push([{ say: "Noon." }]);
    await conversation.ask("What time is it?");
    expect(summarize(conversation.ann.events)).toEqual(["answer", "agent: Noon.", "complete"]);
    expect(asked(conversation)).toEqual([answerPrompt]);
    expect(await loggedSummary(conversation.object)).toEqual([
      "typed: What time is it?",
      "agent: Noon.",
      "complete",
    ]);
  });

  it("spoken, and the cost of the empty turn is passed on", async () => {
    const conversation = await conversationWithFaults([first({ turn: "empty" }, { turn: 1 })]);
    conversation.ports.recognizer.transcripts.push("what time is it");
    conversation.ports.brain.replies.push([{ say: "Noon." }]);
    await conversation.speak();
    const published = summarize(conversation.ann.events);
    expect(published.filter((kind) => kind === "complete")).toHaveLength(1);
    expect(published[0]).toBe("user: what time is it");
    expect(conversation.ann.events.filter(({ usageMetadata }) => usageMetadata)).toHaveLength(2);
    expect(asked(conversation).at(-1)).toBe(answerPrompt);
  });

  it("a second empty turn is reported once, before the end; the next question is answered", async () => {
    const conversation = await conversationWithFaults([
      first({ turn: "empty" }, { turn: 1 }),
      first({ turn: "empty" }, { turn: 2 }),
    ]);
    await conversation.ask("One?");
    expect(summarize(conversation.ann.events)).toEqual(["NO_ANSWER", "complete"]);
    await conversation.pass(60_000);
    expect(asked(conversation)).toEqual([]);
    await conversation.ask("Two?");
    expect(summarize(conversation.ann.events).slice(2)).toEqual([
      "answer",
      "agent: You said: Two?.",
      "complete",
    ]);
  });

  it("empty turns without end are no loop", async () => {
    const turns = Array.from({ length: 9 }, (_, nth) =>
      first({ turn: "empty" }, { turn: nth + 1 }),
    );
    const conversation = await conversationWithFaults(turns);
    conversation.ports.recognizer.transcripts.push("one", "two");
    await conversation.speak();
    await conversation.speak();
    await conversation.pass(60_000);
    // Two turns for the first utterance, one for the second.
    expect(conversation.emulator.sessions()[0]).toBeDefined();
    expect(errorsOf(conversation.ann.events)).toEqual(["NO_ANSWER"]);
    expect(summarize(conversation.ann.events)).toEqual([
      "user: one",
      "NO_ANSWER",
      "complete",
      "user: two",
      "complete",
    ]);
  });
});

describe("[FAULT10] a transcript that comes again after a minute is one line and one turn", () => {
  const again = { transcripts: { againAfterMs: 55_000 } };

  it("after its answer", async () => {
    const conversation = await conversationWithFaults([first(again)]);
    conversation.ports.recognizer.transcripts.push("one");
    await conversation.speak();
    await conversation.pass(58_000);
    const turn = ["user: one", "answer", "agent: You said: one.", "complete"];
    expect(summarize(conversation.ann.events)).toEqual(turn);
    conversation.ports.recognizer.transcripts.push("one");
    await conversation.speak();
    // The user has said it again.
    expect(summarize(conversation.ann.events)).toEqual([...turn, ...turn]);
  });

  it("without an answer: the watchdog resumes first, and it is answered once", async () => {
    const conversation = await conversationWithFaults([
      anywhere(again),
      first({ stall: "unanswered" }),
    ]);
    conversation.ports.recognizer.transcripts.push("one");
    conversation.ports.brain.replies.push([{ say: "Yes." }]);
    await conversation.speak();
    await conversation.pass(58_000);
    const turn = ["user: one", "answer", "agent: Yes.", "complete"];
    expect(summarize(conversation.ann.events)).toEqual(turn);
    expect(await loggedSummary(conversation.object)).toEqual(
      turn.filter((kind) => kind !== "answer"),
    );
  });
});

describe("[FAULT11] heard and not answered: the session is resumed and asked, answered once, and clients see nothing", () => {
  const twice = ["user: one", "answer", "agent: Yes.", "complete"];

  it("spoken", async () => {
    const conversation = await conversationWithFaults([first({ stall: "unanswered" })]);
    conversation.ports.recognizer.transcripts.push("one");
    conversation.ports.brain.replies.push([{ say: "Yes." }]);
    await conversation.speak();
    expect(summarize(conversation.ann.events)).toEqual(twice);
    expect(asked(conversation).at(-1)).toBe(answerPrompt);
    await conversation.pass(60_000);
    expect(summarize(conversation.ann.events)).toEqual(twice);
  });

  it("typed", async () => {
    const conversation = await conversationWithFaults([first({ stall: "unanswered" })]);
    await conversation.ask("One?");
    expect(summarize(conversation.ann.events)).toEqual([
      "answer",
      "agent: You said: One?.",
      "complete",
    ]);
  });

  for (const [name, what] of Object.entries({
    "frozen after an interruption": { freeze: true },
    "silent after an interruption": { stall: "unanswered" },
  }))
    it(name, async () => {
      const conversation = await conversationWithFaults([first(what, { interruption: 1 })]);
      const { ann, pass, ports } = conversation;
      ports.brain.replies.push([{ say: story }], [{ say: "I stopped." }]);
      ports.recognizer.otherwise = "stop now";
      ann.send({ type: "text", text: "Count." });
      await conversation.wait(({ outputTranscription }) => outputTranscription !== undefined);
      await speakOnly(ann, pass, 1000);
      await conversation.wait(
        ({ outputTranscription }) => outputTranscription?.text === "I stopped.",
      );
      await conversation.wait(completes);
      await pass(60_000);
      const published = summarize(ann.events);
      expect(published.filter((kind) => kind === "user: stop now")).toHaveLength(1);
      expect(published.filter((kind) => kind === "interrupted")).toHaveLength(1);
      expect(published.filter((kind) => kind === "agent: I stopped.")).toHaveLength(1);
      expect(errorsOf(ann.events)).toEqual([]);
    });
});

describe("[FAULT12] an answer that stops in the middle goes on after one interruption", () => {
  const stall = { stall: "answer" };
  const amid = { turn: 1, afterMs: 1100 };

  it("the rest is asked for and follows", async () => {
    const conversation = await conversationWithFaults([inTime, first(stall, amid)]);
    conversation.ports.brain.replies.push([{ say: story }], [{ say: "And eleven." }]);
    conversation.ann.send({ type: "text", text: "Count." });
    await conversation.wait(completes);
    const published = summarize(conversation.ann.events);
    expect(published[1]).toMatch(/^agent: One two/);
    expect(published.toSpliced(1, 1)).toEqual([
      "answer",
      "interrupted",
      "answer",
      "agent: And eleven.",
      "complete",
    ]);
    expect(asked(conversation).at(-1)).toBe(restPrompt);
    // The model knows the part that it has said.
    expect(JSON.stringify(conversation.ports.brain.contexts.at(-1)?.history)).toContain("One two");
  });

  it("twice, then it is reported and not asked again", async () => {
    const conversation = await conversationWithFaults([
      { what: { pace: 1 } },
      anywhere(stall, amid),
    ]);
    conversation.ports.brain.replies.push(...[1, 2, 3].map(() => [{ say: story }]));
    conversation.ann.send({ type: "text", text: "Count." });
    await conversation.wait(({ errorCode }) => errorCode === "NO_ANSWER");
    await conversation.pass(120_000);
    const kinds = summarize(conversation.ann.events).filter(
      (kind) => !/^(agent|answer)/.test(kind),
    );
    expect(kinds).toEqual(["interrupted", "interrupted", "interrupted", "NO_ANSWER"]);
    expect(conversation.ports.brain.contexts).toHaveLength(3);
  });

  it("a user who speaks in the meantime is answered, and the rest is not asked for", async () => {
    const conversation = await conversationWithFaults([inTime, first(stall, amid)]);
    conversation.ports.brain.replies.push(
      [{ say: story }],
      ...[1, 2].map(() => [{ say: "I am here." }]),
    );
    conversation.ports.recognizer.transcripts.push("are you there");
    conversation.ann.send({ type: "text", text: "Count." });
    await conversation.wait(({ outputTranscription }) => outputTranscription !== undefined);
    await conversation.pass(2_000);
    await speakOnly(conversation.ann, conversation.pass, 1000);
    await conversation.wait(
      ({ outputTranscription }) => outputTranscription?.text === "I am here.",
    );
    await conversation.wait(completes);
    const published = summarize(conversation.ann.events);
    expect(published.filter((kind) => kind === "agent: I am here.")).toHaveLength(1);
    expect(published.filter((kind) => kind === "interrupted")).toHaveLength(1);
    expect(errorsOf(conversation.ann.events)).toEqual([]);
    expect(asked(conversation)).not.toContain(restPrompt);
  });
});

describe("[FAULT13] an answer that becomes a tone is interrupted, and its rest is asked for", () => {
  it("while the tone goes on", async () => {
    const conversation = await conversationWithFaults([
      inTime,
      first({ stall: "tone" }, { turn: 1, afterMs: 1100 }),
    ]);
    conversation.ports.brain.replies.push([{ say: story }], [{ say: "And eleven." }]);
    conversation.ann.send({ type: "text", text: "Count." });
    await conversation.wait(({ interrupted }) => interrupted === true);
    const heard = conversation.ann.events.length;
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events.slice(heard))).toEqual([
      "answer",
      "agent: And eleven.",
      "complete",
    ]);
    expect(asked(conversation).at(-1)).toBe(restPrompt);
  });
});

describe("[FAULT15] an interruption before the answer swallows nothing", () => {
  const interrupted = { send: { serverContent: { interrupted: true } } };
  const completed = { send: { serverContent: { turnComplete: true }, usageMetadata: {} } };

  it("typed: the question is answered in its own turn", async () => {
    const conversation = await conversationWithFaults([
      first(interrupted, { message: 3 }),
      first(completed, { message: 3, afterMs: 1 }),
    ]);
    await conversation.ask("One?");
    await conversation.ask("Two?");
    expect(summarize(conversation.ann.events)).toEqual([
      "answer",
      "agent: You said: One?.",
      "complete",
      "answer",
      "agent: You said: Two?.",
      "complete",
    ]);
    expect(asked(conversation)).toEqual(["One?", "Two?"]);
  });

  it("spoken, while the user speaks and between the words and the answer", async () => {
    for (const message of [5, 12]) {
      const conversation = await conversationWithFaults([
        first(interrupted, { message }),
        first(completed, { message, afterMs: 1 }),
      ]);
      conversation.ports.recognizer.transcripts.push("one");
      await conversation.speak();
      expect(summarize(conversation.ann.events)).toEqual([
        "user: one",
        "answer",
        "agent: You said: one.",
        "complete",
      ]);
    }
  });

  it("a second question before the first answer: one turn, one answer", async () => {
    const conversation = await conversationWithFaults([]);
    conversation.ann.send({ type: "text", text: "One?" });
    await conversation.pass(100);
    await conversation.ask("Two?");
    const published = summarize(conversation.ann.events);
    expect(published).toEqual(["answer", "agent: You said: Two?.", "complete"]);
    await conversation.ask("Three?");
    expect(summarize(conversation.ann.events).slice(3)).toEqual([
      "answer",
      "agent: You said: Three?.",
      "complete",
    ]);
  });
});

describe("[FAULT14] no stall is seen where there is none", () => {
  it("slow audio, and a pause of a minute after it: one connection", async () => {
    const conversation = await conversationWithFaults([first({ pace: 0.3 })]);
    conversation.ports.brain.replies.push([{ say: story }]);
    await conversation.ask("A story.");
    await conversation.pass(50_000);
    expect(conversation.emulator.stats().sockets).toBe(1);
    expect(summarize(conversation.ann.events)).toEqual(["answer", `agent: ${story}`, "complete"]);
  });
});

describe("[FAULT14] a turn with a call or without a transcript is no empty one", () => {
  it("a call that is answered before its silent turn ends: one spoken answer", async () => {
    const clock = tool({ name: "now", description: "Tells the time.", run: () => "noon" });
    const conversation = await quickConversation(
      [],
      agent({ name: "assistant", model: "gemini-3.8-live", instruction: "", tools: [clock] }),
    );
    const call = { name: "now", args: {} };
    conversation.ports.brain.replies.push([{ call: [call, call] }], [{ say: "Noon." }]);
    conversation.ann.send({ type: "text", text: "What time is it?" });
    await conversation.wait(({ outputTranscription }) => outputTranscription?.finished === true);
    await conversation.wait(completes);
    await conversation.pass(20_000);
    expect(asked(conversation)).not.toContain(answerPrompt);
    expect(conversation.ports.brain.contexts).toHaveLength(2);
    const spoken = summarize(conversation.ann.events).filter((kind) => kind.startsWith("agent:"));
    expect(spoken).toEqual(["agent: Noon."]);
    expect(errorsOf(conversation.ann.events)).toEqual([]);
  });

  it("a reply so short that it has no transcript completes its turn", async () => {
    const { ann, model, object } = await connectedConversation();
    ann.send({ type: "text", text: "Ready?" });
    await model.until(({ received }) => received.length > 1);
    const data = new Uint8Array(4_800).toBase64();
    const inlineData = { mimeType: "audio/pcm;rate=24000", data };
    await model.send(
      { serverContent: { modelTurn: { parts: [{ inlineData }] } } },
      { serverContent: { generationComplete: true } },
      { serverContent: { turnComplete: true } },
    );
    await ann.next(completes);
    expect(await loggedSummary(object)).toEqual(["typed: Ready?", "complete"]);
    expect(model.received).toHaveLength(2);
    expect(errorsOf(ann.events)).toEqual([]);
  });
});
