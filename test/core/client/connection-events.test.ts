import { describe, expect, it, test } from "vitest";
import { toConnectionEvents } from "../../../packages/client/src/connection/connection-events.ts";
import type { Event } from "../../../src/wire/adk.ts";

const read = (event: unknown) => toConnectionEvents(event as Partial<Event>);
const kinds = (event: unknown) => read(event).map(({ kind }) => kind);

test("[PAGE29] each field of an event is translated, content before the end of the turn", () => {
  const event = {
    turnComplete: true,
    interrupted: true,
    usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 3 },
    outputTranscription: { text: "Hi", finished: true },
    inputTranscription: { text: "Hello", finished: true },
    content: {
      role: "model",
      parts: [
        { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAD__wEA" } },
        { functionCall: { name: "roll_die" } },
      ],
    },
  };
  expect(kinds(event)).toEqual([
    "usage",
    "audio",
    "toolCall",
    "transcript",
    "transcript",
    "interrupted",
    "turnComplete",
  ]);
  expect(read(event)[0]).toEqual({ kind: "usage", tokens: { input: 2, output: 3, total: 5 } });
});

test("[PAGE83] the end of a filler is told from the end of a turn", () => {
  const end = (interactionStatus: string) => read({ turnComplete: true, interactionStatus });
  expect(end("IN_PROGRESS")).toEqual([{ kind: "turnComplete", thinking: true }]);
  expect(end("IDLE")).toEqual([{ kind: "turnComplete" }]);
});

test("[PAGE29] audio is decoded from base64 and base64url, padded or not", () => {
  for (const data of ["-_8=", "+/8=", "-_8"]) {
    const inlineData = { mimeType: "audio/pcm;rate=24000", data };
    expect(read({ content: { parts: [{ inlineData }] } })).toEqual([
      { kind: "audio", pcm: Uint8Array.of(0xfb, 0xff), rate: 24_000 },
    ]);
  }
});

test("[PAGE29] parts without audio or text are ignored", () => {
  const inlineData = { mimeType: "image/png", data: "AAAA" };
  expect(kinds({ content: { parts: [{ inlineData }, {}] } })).toEqual([]);
  expect(kinds({ content: { parts: [{ text: "hm", thought: true }] } })).toEqual([]);
  expect(kinds({ outputTranscription: { text: "", finished: false } })).toEqual([]);
});

test("[PAGE29] a model's text part is a transcript, a user's is a typed message", () => {
  const content = { role: "model", parts: [{ text: "He" }] };
  expect(read({ content, partial: true, author: "guide" })).toEqual([
    { kind: "transcript", side: "agent", text: "He", finished: false },
  ]);
  expect(
    read({ content: { role: "user", parts: [{ text: "Hi" }] }, author: "user", id: "t1" }),
  ).toEqual([{ kind: "typed", text: "Hi", id: "t1" }]);
});

test("[CALL15] content of the role user by an agent is a tool's message, a tool's response is a result", () => {
  const content = { role: "user", parts: [{ text: "Page 1." }] };
  expect(read({ author: "reader", content })).toEqual([{ kind: "toolMessage", text: "Page 1." }]);
  const response = { role: "user", parts: [{ functionResponse: { name: "read" } }] };
  expect(read({ author: "reader", content: response })).toEqual([
    { kind: "toolResult", name: "read" },
  ]);
});

test("[PAGE124] calls and results carry id, arguments, result and time; the runtime's own functions are not shown", () => {
  const part = (part: object, timestamp: number) =>
    read({ author: "shop", timestamp, content: { parts: [part] } });
  expect(part({ functionCall: { id: "c1", name: "find", args: { query: "mug" } } }, 10)).toEqual([
    { kind: "toolCall", id: "c1", name: "find", args: { query: "mug" }, at: 10 },
  ]);
  expect(
    part(
      { functionResponse: { id: "c1", name: "find", response: { n: 1 }, willContinue: true } },
      12.5,
    ),
  ).toEqual([
    { kind: "toolResult", id: "c1", name: "find", response: { n: 1 }, at: 12.5, more: true },
  ]);
  expect(part({ functionCall: { id: "t", name: "transfer_to_agent", args: {} } }, 1)).toEqual([]);
  expect(part({ functionResponse: { id: "t", name: "transfer_to_agent" } }, 1)).toEqual([]);
});

test("[PAGE125] an interruption carries how much of the answer was heard", () => {
  expect(read({ interrupted: true, customMetadata: { cutBy: "p2", heardMs: 1200 } })).toEqual([
    { kind: "interrupted", heardMs: 1200 },
  ]);
});

test("[PAGE29] an error carries the server's message and code", () => {
  expect(read({ errorCode: "QUOTA", errorMessage: "Try later." })).toEqual([
    { kind: "error", message: "Try later.", code: "QUOTA" },
  ]);
  expect(read({ errorCode: "SAFETY" })).toEqual([
    { kind: "error", message: "SAFETY", code: "SAFETY" },
  ]);
});

test("[PAGE38] a change of the active agent is reported by name", () => {
  expect(read({ author: "primes", agentChanged: { from: "dice", to: "primes" } })).toEqual([
    { kind: "agentChanged", name: "primes", from: "dice" },
  ]);
});

describe("[PAGE85] a tool's picture and the reason of a transfer", () => {
  const picture = { inlineData: { mimeType: "image/png", data: "iVBORw==" } };

  it("a picture of a tool's message, between its texts", () => {
    const content = { role: "user", parts: [{ text: "A." }, picture, { text: "B." }] } as const;
    const events = read({ author: "reader", content });
    expect(events.map(({ kind }) => kind)).toEqual(["toolMessage", "toolPicture", "toolMessage"]);
    const [, shown] = events;
    expect(shown?.kind === "toolPicture" && [shown.picture.type, shown.picture.size]).toEqual([
      "image/png",
      4,
    ]);
  });

  it("no other file, no empty or broken picture, and no picture of a user", () => {
    for (const inlineData of [
      { mimeType: "application/pdf", data: "iVBORw==" },
      { mimeType: "image/png", data: "" },
      { mimeType: "image/png", data: "%" },
    ])
      expect(
        kinds({ author: "reader", content: { role: "user", parts: [{ inlineData }] } }),
      ).toEqual([]);
    expect(kinds({ author: "user", content: { role: "user", parts: [picture] } })).toEqual([]);
  });

  it("a transfer with its reason, and one without", () => {
    const actions = {
      stateDelta: {},
      artifactDelta: {},
      transferToAgent: "front_desk",
    } as Event["actions"];
    expect(read({ actions: { ...actions, transferReason: "A refund." } })).toEqual([
      { kind: "transferred", to: "front_desk", reason: "A refund." },
    ]);
    expect(read({ actions })).toEqual([{ kind: "transferred", to: "front_desk" }]);
  });
});
