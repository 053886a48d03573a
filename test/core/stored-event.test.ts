import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/core/adk/history.ts";
import { titleOf } from "../../src/core/adk/session-summary.ts";
import { parseStoredEvent, persistentEvent } from "../../src/core/adk/stored-event.ts";
import { spansOf } from "../../src/core/adk/trace.ts";
import { noActions } from "../../src/wire/adk.ts";
import { isDeeperThan } from "../../src/wire/json.ts";

const base = { id: "i", invocationId: "e", author: "user", timestamp: 1, actions: {} };

describe("[SESS12] A malformed event that is already in the log must not stop a session", () => {
  it.each([
    { outputTranscription: { finished: true } },
    { inputTranscription: { text: null, finished: true } },
    { inputTranscription: { text: 7, finished: true } },
    { outputTranscription: "Hi." },
    { content: null },
    { content: "Hi." },
    { content: { parts: null } },
    { content: { parts: "Hi." } },
    { content: { parts: [null, 7, { text: null }, { text: 7 }, { text: {} }] } },
    { content: { parts: [{ functionCall: null, functionResponse: "x", inlineData: 7 }] } },
  ])("%j", (fields) => {
    const event = parseStoredEvent(JSON.stringify({ ...base, ...fields }));
    expect(historyOf([event], 0)).toEqual({ turns: [], unansweredText: undefined });
    expect(titleOf(event)).toBe("");
    expect(spansOf([event, { ...event, author: "lab" }], "s")).toBeInstanceOf(Array);
  });

  it("keeps a well-formed one", () => {
    const event = {
      ...base,
      content: {
        role: "user",
        parts: [{ text: "Hi." }, { functionResponse: { response: { a: null } } }],
      },
      outputTranscription: { text: "", finished: true },
    };
    expect(parseStoredEvent(JSON.stringify(event))).toEqual(event);
  });
});

describe("[SESS12] The relay must validate an imported history, at any depth", () => {
  it("measures the depth of JSON without recursion", () => {
    expect(isDeeperThan({ a: [1] }, 2)).toBe(false);
    expect(isDeeperThan({ a: [1] }, 1)).toBe(true);
    expect(isDeeperThan(JSON.parse("[".repeat(50_000) + "]".repeat(50_000)), 200)).toBe(true);
  });
});

describe("[MEMORY4] The log must store the text beside media", () => {
  const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
  const audio = { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } };
  const stored = (author: string, ...parts: object[]) =>
    persistentEvent({ ...base, actions: noActions, author, content: { parts } })?.content?.parts;

  it("without the media", () => {
    expect(stored("user", picture, { text: "What is this?" })).toEqual([{ text: "What is this?" }]);
    expect(stored("user", audio, { text: "And this?" })).toEqual([{ text: "And this?" }]);
    expect(stored("lab", { text: "A cup." }, picture)).toEqual([{ text: "A cup." }]);
  });

  it("nothing of media alone, and no thought beside a model's audio", () => {
    expect(stored("user", picture)).toBeUndefined();
    expect(stored("lab", { text: "Hm." }, audio)).toBeUndefined();
  });
});
