import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { silence } from "../support/scripted.ts";
import { connectedConversation } from "./client.ts";
import { conversationWithFaults, loggedSummary, summarize } from "./fault-conversation.ts";

/** A fault of the first connection. */
const first = (what: object, when: object = {}) => ({ when: { connection: 1, ...when }, what });
/** Times in the model's first turn: before any output, and in the middle. */
const before = { turn: 1 };
const amid = { turn: 1, afterMs: 1200 };

const answer = (text: string) => ["answer", `agent: You said: ${text}.`, "complete"];
const typedTwice = [...answer("One?"), ...answer("Two?")];
const logTwice = [
  "typed: One?",
  "agent: You said: One?.",
  "complete",
  "typed: Two?",
  "agent: You said: Two?.",
  "complete",
];
const spokenTwice = ["user: one", ...answer("one"), "user: two", ...answer("two")];

async function typing(faults: readonly object[]) {
  const conversation = await conversationWithFaults(faults);
  await conversation.ask("One?");
  await conversation.ask("Two?");
  return {
    ...conversation,
    published: summarize(conversation.ann.events),
    log: await loggedSummary(conversation.object),
  };
}

async function speaking(faults: readonly object[]) {
  const conversation = await conversationWithFaults(faults);
  conversation.ports.recognizer.transcripts.push("one");
  await conversation.speak();
  conversation.ports.recognizer.transcripts.push("two");
  await conversation.speak();
  return {
    ...conversation,
    published: summarize(conversation.ann.events),
    log: await loggedSummary(conversation.object),
  };
}

describe("[FAULT1] faults that cost a client nothing but time: no text is lost or duplicated", () => {
  const harmless: Record<string, readonly object[]> = {
    "goAway, then the close": [first({ goAway: { timeLeft: "5s" } }, before)],
    "goAway in mid-answer": [first({ goAway: { timeLeft: "5s" } }, amid)],
    "goAway, then silence": [first({ goAway: { timeLeft: "5s", end: "silence" } }, before)],
    "the session is lost: internal error": [first({ close: "internal" }, before)],
    "the session is lost: unavailable": [first({ close: "unavailable" }, before)],
    "the session is lost: deadline": [first({ close: "deadline" }, before)],
    "the session is lost: a restart": [first({ close: { code: 1012 } }, before)],
    "the session is lost: busy": [first({ close: { code: 1013 } }, before)],
    "the session is lost: a clean close": [first({ close: "normal" }, before)],
    "the session is lost: aborted": [first({ close: "aborted" }, before)],
    "every connection ends cleanly after its age, as on Vertex": [
      { when: { turn: 1, afterMs: 5000 }, what: { close: "normal" } },
    ],
    "the connection breaks": [first({ reset: true }, before)],
    "half open": [first({ freeze: true }, before)],
    "the session is lost while a completely generated answer plays": [
      first({ close: "unavailable" }, amid),
    ],
    "setup is slow": [first({ setup: { delayMs: 3000 } })],
    "setup never comes": [first({ setup: "never" })],
    "an error in-band": [first({ send: { error: { code: 500, message: "Internal." } } }, before)],
    "an unknown key": [first({ send: { brandNew: { key: 1 } } }, before)],
    "slow audio": [first({ pace: 0.5 })],
    "an unknown handle": [
      first({ close: "unavailable" }, before),
      { when: { connection: 2, message: 1 }, what: { handle: "invalid" } },
    ],
    "a poisoned handle": [
      first({ close: "unavailable" }, before),
      { when: { connection: 2, message: 1 }, what: { handle: "poisoned" } },
    ],
  };
  for (const [name, faults] of Object.entries(harmless))
    it(name, async () => {
      const { published, log, ann } = await typing(faults);
      expect(published).toEqual(typedTwice);
      expect(log).toEqual(logTwice);
      ann.close();
    });
});

describe("[LINK20] A session that is lost while a call has no response must be resumed", () => {
  const counting = (run: () => Promise<object>) =>
    agent({
      name: "assistant",
      model: "gemini-3.8-live",
      instruction: "Answer.",
      tools: [tool({ name: "count", description: "Counts.", parameters: z.object({}), run })],
    });

  for (const close of ["aborted", "notImplemented", "normal", "internal"])
    it(`${close}, while audio goes on: the response reaches the resumed session under its id`, async () => {
      const counted = Promise.withResolvers<object>();
      const conversation = await conversationWithFaults(
        [first({ close }, { turn: 1, afterMs: 500 })],
        counting(() => counted.promise),
      );
      const { ann, ports, pass, emulator } = conversation;
      ports.brain.replies.push(
        [{ call: [{ name: "count", args: {} }] }],
        [{ say: "There are 3." }],
      );
      ann.send({ type: "text", text: "How many?" });
      await conversation.wait((event) => event.content?.parts?.[0]?.functionCall !== undefined);
      for (let at = 0; at < 1000; at += 100) {
        ann.send(silence(100).buffer);
        await pass(100);
      }
      counted.resolve({ count: 3 });
      await conversation.wait((event) => event.outputTranscription?.finished === true);
      await conversation.wait((event) => event.turnComplete === true);
      expect(summarize(ann.events)).toEqual(
        expect.arrayContaining(["answer", "agent: There are 3.", "complete"]),
      );
      expect(ann.events.flatMap(({ errorCode }) => errorCode ?? [])).toEqual([]);
      expect(emulator.sessions()).toMatchObject([{ connections: 2 }]);
    });
});

describe("[LINK24] A tool response that the lost session missed must be sent again", () => {
  it("and the model speaks of it once", async () => {
    const counting = agent({
      name: "assistant",
      model: "gemini-3.8-live",
      instruction: "Answer.",
      tools: [
        tool({
          name: "count",
          description: "Counts.",
          parameters: z.object({}),
          run: () => ({ count: 3 }),
        }),
      ],
    });
    const { ann, ports, pass, wait } = await conversationWithFaults(
      [first({ close: "aborted" }, { message: 3 })],
      counting,
    );
    ports.brain.replies.push([{ call: [{ name: "count", args: {} }] }], [{ say: "There are 3." }]);
    await pass(600);
    ann.send({ type: "text", text: "How many?" });
    await wait((event) => event.outputTranscription?.finished === true);
    await wait((event) => event.turnComplete === true);
    expect(summarize(ann.events).filter((kind) => kind.startsWith("agent: "))).toEqual([
      "agent: There are 3.",
    ]);
    expect(ports.brain.contexts).toHaveLength(2);
  });
});

describe("[LINK22] A resumed session that ends instead of answering, twice in a row, must be replaced", () => {
  it("as one whose window is full: the loss is reported once, and a seeded session answers", async () => {
    const { published, log, emulator } = await typing([
      first({ close: "normal" }, { turn: 2 }),
      { when: { connection: 2, turn: 1 }, what: { close: "normal" } },
      { when: { connection: 3, turn: 1 }, what: { close: "normal" } },
    ]);
    expect(published).toEqual([...answer("One?"), "UPSTREAM_LOST", ...answer("Two?")]);
    expect(log).toEqual(logTwice);
    expect(emulator.sessions()).toMatchObject([{ connections: 3 }, { connections: 1 }]);
  });
});

describe("[FAULT2] speech that was not understood is sent again for the user", () => {
  for (const [name, what] of Object.entries({
    "lost in mid-sentence": { close: "unavailable" },
    "half open in mid-sentence": { freeze: true },
    "broken in mid-sentence": { reset: true },
  }))
    it(name, async () => {
      const { published, log } = await speaking([first(what, { message: 6 })]);
      expect(published).toEqual(spokenTwice);
      expect(log).toEqual(spokenTwice.filter((kind) => kind !== "answer"));
    });
});

describe("[FAULT3] an answer that is cut off ends with its transcript so far, interrupted and the reason, and is not asked for again", () => {
  for (const [name, what] of Object.entries({
    lost: { close: "unavailable" },
    broken: { reset: true },
    "ended in-band": { send: { error: { code: 500, message: "Internal." } } },
  }))
    it(name, async () => {
      const conversation = await conversationWithFaults([first(what, amid)]);
      conversation.ann.send({ type: "text", text: "One two three four five. ".repeat(20) });
      await conversation.wait((event) => event.errorCode !== undefined);
      await conversation.ask("Two?");
      const published = summarize(conversation.ann.events);
      expect(published[1]).toMatch(/^agent: You said:/);
      expect(published.toSpliced(1, 1)).toEqual([
        "answer",
        "interrupted",
        "UPSTREAM_LOST",
        ...answer("Two?"),
      ]);
    });
});

describe("[FAULT4] transcripts that arrive twice, or after an empty one, are published and logged once", () => {
  for (const kind of ["doubled", "preceded"])
    it(kind, async () => {
      const { published, log } = await speaking([first({ transcripts: kind })]);
      expect(published).toEqual(spokenTwice);
      expect(log).toEqual(spokenTwice.filter((each) => each !== "answer"));
    });

  it("typed text that returns as a transcript", async () => {
    const other = agent({
      name: "assistant",
      model: "gemini-3.1-flash-live-preview",
      instruction: "Answer.",
    });
    const conversation = await conversationWithFaults([first({ echo: "text" })], other);
    await conversation.ask("One?");
    expect(summarize(conversation.ann.events)).toEqual(answer("One?"));
    expect(await loggedSummary(conversation.object)).toEqual(logTwice.slice(0, 3));
  });
});

describe("[FAULT8] a transcript that repeats itself is published and logged as it was said", () => {
  it("deltas of one turn", async () => {
    const { ann, model, object } = await connectedConversation();
    for (const text of ["Your number is", " 5", " 5", " 5", " 0"])
      await model.send({ serverContent: { outputTranscription: { text } } });
    await model.send({ serverContent: { turnComplete: true } });
    await ann.next((event) => event.turnComplete === true);
    const deltas = ann.events.flatMap(({ partial, outputTranscription }) =>
      partial ? (outputTranscription?.text ?? []) : [],
    );
    expect(deltas).toEqual(["Your number is", " 5", " 5", " 5", " 0"]);
    expect(await loggedSummary(object)).toContain("agent: Your number is 5 5 5 0");
  });

  it("the same utterance twice, and an utterance that was typed before", async () => {
    const conversation = await conversationWithFaults([]);
    conversation.ports.recognizer.transcripts.push("yes", "yes");
    conversation.ann.send({ type: "text", text: "yes" });
    await conversation.pass(300);
    await conversation.speak();
    await conversation.speak();
    const user = (await loggedSummary(conversation.object)).filter((each) =>
      /^(user|typed):/.test(each),
    );
    expect(user).toEqual(["typed: yes", "user: yes", "user: yes"]);
  });
});

describe("[EVENT8] The relay must not publish or log a transcript that the run configuration switches off", () => {
  it("although gemini-3.8 sends its own unasked; the sound goes on", async () => {
    const quiet = agent({
      name: "assistant",
      model: "gemini-3.8-live",
      runConfig: { outputTranscription: false },
    });
    const conversation = await conversationWithFaults([], quiet);
    await conversation.ask("One?");
    expect(conversation.ann.events.filter((event) => event.outputTranscription)).toEqual([]);
    expect(summarize(conversation.ann.events)).toEqual(["answer", "complete"]);
    expect(await loggedSummary(conversation.object)).toEqual(["typed: One?", "complete"]);
  });
});

describe("[FAULT5] a fault that no retry helps is reported at once and not retried", () => {
  const refused: Record<string, string> = {
    quota: "QUOTA_EXCEEDED",
    keyNotValid: "UPSTREAM_UNAUTHENTICATED",
    keyExpired: "UPSTREAM_UNAUTHENTICATED",
    noIdentity: "UPSTREAM_UNAUTHENTICATED",
    tokenSpent: "UPSTREAM_UNAUTHENTICATED",
    noPublisherModel: "MODEL_NOT_FOUND",
    notImplemented: "UPSTREAM_REFUSED",
    mediaChunks: "UPSTREAM_REFUSED",
    noVoices: "UPSTREAM_REFUSED",
  };
  for (const [close, code] of Object.entries(refused))
    it(`${close}: ${code}`, async () => {
      const conversation = await conversationWithFaults([{ when: { turn: 1 }, what: { close } }]);
      conversation.ann.send({ type: "text", text: "One?" });
      await conversation.wait((event) => event.errorCode !== undefined);
      await conversation.pass(9_000);
      expect(summarize(conversation.ann.events)).toEqual([code]);
      expect(conversation.emulator.sessions()).toHaveLength(1);
      expect(await loggedSummary(conversation.object)).toEqual(["typed: One?"]);
    });

  it("[FAULT16] an unknown model is named, with its agent, to clients and in the log", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const fault = { when: { turn: 1 }, what: { close: "noPublisherModel" } };
    const conversation = await conversationWithFaults([fault]);
    conversation.ann.send({ type: "text", text: "One?" });
    const { errorMessage } = await conversation.wait(({ errorCode }) => errorCode !== undefined);
    expect(errorMessage).toMatch(
      /does not know the model "gemini-[^"]+"\. .* change the model of the agent "\w+"; the conversation is kept\.$/,
    );
    expect(log.mock.calls).toContainEqual([`parley: MODEL_NOT_FOUND: ${errorMessage}`]);
    log.mockRestore();
  });

  it("a setup field of another kind", async () => {
    const close = { code: 1007, reason: "Invalid value at 'setup.generation_config' (x), \"y\"" };
    const conversation = await conversationWithFaults([first({ close }, { turn: 1 })]);
    conversation.ann.send({ type: "text", text: "One?" });
    await conversation.wait((event) => event.errorCode !== undefined);
    expect(summarize(conversation.ann.events)).toEqual(["UPSTREAM_REFUSED"]);
  });

  it("quota, reported in-band", async () => {
    const error = { code: 429, message: "Resource has been exhausted (e.g. check quota)." };
    const conversation = await conversationWithFaults([first({ send: { error } }, { turn: 1 })]);
    conversation.ann.send({ type: "text", text: "One?" });
    await conversation.wait((event) => event.errorCode !== undefined);
    expect(summarize(conversation.ann.events)).toEqual(["QUOTA_EXCEEDED"]);
  });
});

describe("[FAULT6] a service that is gone is reported at the second loss, and as unreachable after the ninth", () => {
  it("a session that never begins", async () => {
    const conversation = await conversationWithFaults([
      { when: { message: 1 }, what: { close: "unavailable" } },
    ]);
    conversation.ann.send({ type: "text", text: "One?" });
    const last = await conversation.wait((event) => event.errorCode === "UPSTREAM_UNREACHABLE");
    expect(summarize(conversation.ann.events)).toEqual(["UPSTREAM_LOST", "UPSTREAM_UNREACHABLE"]);
    expect(last.errorMessage).toContain("One typed message did not reach the model");
  });
});

describe("[FAULT7] unusual messages are passed on unchanged and end nothing", () => {
  it("a frame of two megabytes, a long thought", async () => {
    const { published } = await typing([first({ huge: 2_000_000 }, before)]);
    expect(published).toEqual(["thought", ...typedTwice]);
  });
});
