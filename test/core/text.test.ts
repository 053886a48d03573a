import { ToolError } from "../../src/core/errors.ts";
import { describe, expect, it } from "vitest";
import { errorResponse, toToolResponse } from "../../src/core/live-api/tool-response.ts";
import { encodeHistory, encodeRequest } from "../../src/core/upstream/encoding.ts";
import { encodeToolResponse, resultAsText } from "../../src/agent/runtime/tool-results.ts";
import { historyOf } from "../../src/core/adk/history.ts";
import { typedTextEvent, stampEvent } from "../../src/core/adk/event.ts";
import { invalidFrame, truncate } from "../../src/protocols/validators.ts";
import { logLine, cutText, cutTextStart, wellFormed } from "../../src/wire/text.ts";

const half = "😀".slice(0, 1);
const dice = "😀".repeat(20_000);

/** Whether no text in a value has half a character. */
const isWellFormed = (value: unknown): boolean =>
  !/\\ud[89a-f]/i.test(JSON.stringify(value)) && JSON.stringify(value).isWellFormed();

describe("[WIRE4] The relay must cut texts between characters, and must send the model no half of one", () => {
  it("cuts at a character's edge, at either end", () => {
    expect(cutText("a😀b", 2)).toBe("a");
    expect(cutText("a😀b", 3)).toBe("a😀");
    expect(cutText("ab", 9)).toBe("ab");
    expect(cutText("😀", 0)).toBe("");
    expect(cutTextStart("a😀b", 2)).toBe("b");
    expect(cutTextStart("a😀b", 3)).toBe("😀b");
    expect(cutTextStart("ab", 9)).toBe("ab");
    expect(wellFormed({ [half]: [half, 1, null, { a: `x${half}` }] })).toEqual({
      "\uFFFD": ["\uFFFD", 1, null, { a: "x\uFFFD" }],
    });
  });

  it.each([
    ["a tool's long text", toToolResponse(dice)],
    ["a tool's long data", toToolResponse({ a: `x${dice}` })],
    ["a text that the author cut", toToolResponse({ [half]: [half] })],
    ["a tool's error", errorResponse(new ToolError(`x${dice}`))],
    ["an error that the author cut", errorResponse(new ToolError(half))],
  ])("%s", (_, response) => {
    expect(isWellFormed(response)).toBe(true);
    expect(JSON.stringify(response).length).toBeLessThan(70_000);
  });

  it.each([
    ["a client's response", encodeToolResponse([{ id: "1", response: { a: half } }])],
    ["text", encodeRequest({ type: "text", text: half }, { text: "realtimeInput" })],
    ["text as content", encodeRequest({ type: "text", text: half }, { text: "clientContent" })],
    [
      "content",
      encodeRequest(
        { type: "content", turns: [{ parts: [{ text: half }] }], complete: true },
        { text: "clientContent" },
      ),
    ],
    ["history", encodeHistory([{ role: "user", parts: [{ text: half }] }])],
    ["a frame's error", invalidFrame(truncate(`x${dice}`))],
  ])("%s", (_, message) => expect(isWellFormed(message)).toBe(true));

  it("a late result, which is sent as text", () => {
    const call = { ids: ["1"], name: "it", args: {}, kind: "function", run: "r" } as const;
    const text = resultAsText({
      call,
      response: toToolResponse(dice),
      willContinue: false,
      scheduling: undefined,
    });
    expect(text.isWellFormed()).toBe(true);
  });

  it("the end of a text that is longer than the history", () => {
    const stamp = { id: "", invocationId: "", now: 1000 };
    const typed = stampEvent(typedTextEvent(`${dice}!`), stamp);
    const { unansweredText } = historyOf([typed], 0);
    expect(unansweredText?.isWellFormed()).toBe(true);
    expect(unansweredText?.length).toBe(31_999);
    const over = stampEvent({ author: "lab", turnComplete: true }, stamp);
    expect(historyOf([typed, over], 0).turns[0]?.parts?.[0]?.text).toBe(unansweredText);
  });
});

describe("[LOG4] a client's text stays within its line of the log", () => {
  it("line breaks, escape codes and marks of direction are code points", () => {
    expect(logLine("a\r\nparley: forged\u001B[2J\u009B1m\u2028b\u202Ec\u0000d\uD800")).toBe(
      String.raw`a\u{d}\u{a}parley: forged\u{1b}[2J\u{9b}1m\u{2028}b\u{202e}c\u{0}d\u{d800}`,
    );
  });

  it("other text stays as it is, up to 2,000 characters", () => {
    expect(logLine("Ünal 🙂 says hi.")).toBe("Ünal 🙂 says hi.");
    expect(logLine("x".repeat(5_000))).toHaveLength(2_000);
  });
});
