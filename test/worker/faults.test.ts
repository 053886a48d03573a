import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { conversationWithFaults, loggedSummary, summarize } from "./fault-conversation.ts";

/** On the first connection. */
const first = (what: object, when: object = {}) => ({ when: { connection: 1, ...when }, what });
/** In the model's first turn: before a word of it, and in the middle. */
const before = { turn: 1 };
const amid = { turn: 1, afterMs: 1200 };

const answer = (words: string) => ["answer", `said: You said: ${words}.`, "complete"];
const typedTwice = [...answer("One?"), ...answer("Two?")];
const logTwice = [
  "typed: One?",
  "said: You said: One?.",
  "complete",
  "typed: Two?",
  "said: You said: Two?.",
  "complete",
];
const spokenTwice = ["heard: one", ...answer("one"), "heard: two", ...answer("two")];

async function typing(faults: readonly object[]) {
  const talk = await conversationWithFaults(faults);
  await talk.ask("One?");
  await talk.ask("Two?");
  return { ...talk, heard: summarize(talk.ann.events), log: await loggedSummary(talk.object) };
}

async function speaking(faults: readonly object[]) {
  const talk = await conversationWithFaults(faults);
  talk.ports.recognizer.transcripts.push("one");
  await talk.speak();
  talk.ports.recognizer.transcripts.push("two");
  await talk.speak();
  return { ...talk, heard: summarize(talk.ann.events), log: await loggedSummary(talk.object) };
}

describe("[FAULT1] faults that cost a client nothing but time: no text is lost or duplicated", () => {
  const harmless: Record<string, readonly object[]> = {
    "a warning, and then the end": [first({ goAway: { timeLeft: "5s" } }, before)],
    "a warning in mid-answer": [first({ goAway: { timeLeft: "5s" } }, amid)],
    "a warning, and then silence": [first({ goAway: { timeLeft: "5s", end: "silence" } }, before)],
    "the session is lost: internal error": [first({ close: "internal" }, before)],
    "the session is lost: unavailable": [first({ close: "unavailable" }, before)],
    "the session is lost: deadline": [first({ close: "deadline" }, before)],
    "the session is lost: a restart": [first({ close: { code: 1012 } }, before)],
    "the session is lost: busy": [first({ close: { code: 1013 } }, before)],
    "the connection breaks": [first({ reset: true }, before)],
    "half open": [first({ freeze: true }, before)],
    "the session is lost while an answer plays that was made whole": [
      first({ close: "unavailable" }, amid),
    ],
    "setup is slow": [first({ setup: { delayMs: 3000 } })],
    "setup never comes": [first({ setup: "never" })],
    "an error in-band": [first({ send: { error: { code: 500, message: "Internal." } } }, before)],
    "a key nobody knows": [first({ send: { brandNew: { key: 1 } } }, before)],
    "slow sound": [first({ pace: 0.5 })],
    "a handle that is not known": [
      first({ close: "unavailable" }, before),
      { when: { connection: 2, message: 1 }, what: { handle: "invalid" } },
    ],
    "a handle that is poisoned": [
      first({ close: "unavailable" }, before),
      { when: { connection: 2, message: 1 }, what: { handle: "poisoned" } },
    ],
  };
  for (const [name, faults] of Object.entries(harmless))
    it(name, async () => {
      const { heard, log, ann } = await typing(faults);
      expect(heard).toEqual(typedTwice);
      expect(log).toEqual(logTwice);
      ann.close();
    });
});

describe("[FAULT2] speech that was not understood is sent again for the user", () => {
  for (const [name, what] of Object.entries({
    "lost in mid-sentence": { close: "unavailable" },
    "half open in mid-sentence": { freeze: true },
    "broken in mid-sentence": { reset: true },
  }))
    it(name, async () => {
      const { heard, log } = await speaking([first(what, { message: 6 })]);
      expect(heard).toEqual(spokenTwice);
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
      const talk = await conversationWithFaults([first(what, amid)]);
      talk.ann.send({ type: "text", text: "One two three four five. ".repeat(20) });
      await talk.wait((event) => event.errorCode !== undefined);
      await talk.ask("Two?");
      const heard = summarize(talk.ann.events);
      expect(heard[1]).toMatch(/^said: You said:/);
      expect(heard.toSpliced(1, 1)).toEqual([
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
      const { heard, log } = await speaking([first({ transcripts: kind })]);
      expect(heard).toEqual(spokenTwice);
      expect(log).toEqual(spokenTwice.filter((each) => each !== "answer"));
    });

  it("typed text that returns as a transcript", async () => {
    const other = agent({
      name: "assistant",
      model: "gemini-3.1-flash-live-preview",
      instruction: "Answer.",
    });
    const talk = await conversationWithFaults([first({ echo: "text" })], other);
    await talk.ask("One?");
    expect(summarize(talk.ann.events)).toEqual(answer("One?"));
    expect(await loggedSummary(talk.object)).toEqual(logTwice.slice(0, 3));
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
      const talk = await conversationWithFaults([{ when: { turn: 1 }, what: { close } }]);
      talk.ann.send({ type: "text", text: "One?" });
      await talk.wait((event) => event.errorCode !== undefined);
      await talk.pass(9_000);
      expect(summarize(talk.ann.events)).toEqual([code]);
      expect(talk.emulator.sessions()).toHaveLength(1);
      expect(await loggedSummary(talk.object)).toEqual(["typed: One?"]);
    });

  it("a setup field of another kind", async () => {
    const close = { code: 1007, reason: "Invalid value at 'setup.generation_config' (x), \"y\"" };
    const talk = await conversationWithFaults([first({ close }, { turn: 1 })]);
    talk.ann.send({ type: "text", text: "One?" });
    await talk.wait((event) => event.errorCode !== undefined);
    expect(summarize(talk.ann.events)).toEqual(["UPSTREAM_REFUSED"]);
  });

  it("quota, reported in-band", async () => {
    const error = { code: 429, message: "Resource has been exhausted (e.g. check quota)." };
    const talk = await conversationWithFaults([first({ send: { error } }, { turn: 1 })]);
    talk.ann.send({ type: "text", text: "One?" });
    await talk.wait((event) => event.errorCode !== undefined);
    expect(summarize(talk.ann.events)).toEqual(["QUOTA_EXCEEDED"]);
  });
});

describe("[FAULT6] a service that is gone is reported at the second loss, and as unreachable after the ninth", () => {
  it("a session that never begins", async () => {
    const talk = await conversationWithFaults([
      { when: { message: 1 }, what: { close: "unavailable" } },
    ]);
    talk.ann.send({ type: "text", text: "One?" });
    const last = await talk.wait((event) => event.errorCode === "UPSTREAM_UNREACHABLE");
    expect(summarize(talk.ann.events)).toEqual(["UPSTREAM_LOST", "UPSTREAM_UNREACHABLE"]);
    expect(last.errorMessage).toContain("One typed message did not reach the model");
  });
});

describe("[FAULT7] unusual messages are passed on unchanged and end nothing", () => {
  it("a frame of two megabytes, a long thought", async () => {
    const { heard } = await typing([first({ huge: 2_000_000 }, before)]);
    expect(heard).toEqual(["thought", ...typedTwice]);
  });

  it("an empty turn completes, and the next is answered", async () => {
    const talk = await conversationWithFaults([first({ turn: "empty" }, { turn: 1 })]);
    await talk.ask("One?");
    talk.ann.send({ type: "text", text: "Two?" });
    await talk.wait((event) => event.turnComplete === true);
    expect(summarize(talk.ann.events).filter((kind) => kind === "complete")).toHaveLength(2);
  });
});
