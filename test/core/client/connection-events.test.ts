import { expect, test } from "vitest";
import { toConnectionEvents } from "../../../src/client/connection/connection-events.ts";
import type { Event } from "../../../src/wire/adk.ts";

const read = (event: unknown) => toConnectionEvents(event as Partial<Event>);
const kinds = (event: unknown) => read(event).map(({ kind }) => kind);

test("[PAGE29] an event is a bag of fields: each is heard, its content before its end", () => {
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
    "tool",
    "transcript",
    "transcript",
    "interrupted",
    "turnComplete",
  ]);
  expect(read(event)[0]).toEqual({ kind: "usage", tokens: { input: 2, output: 3, total: 5 } });
});

test("[PAGE29] sound comes in both alphabets of base64, padded or not", () => {
  for (const data of ["-_8=", "+/8=", "-_8"]) {
    const inlineData = { mimeType: "audio/pcm;rate=24000", data };
    expect(read({ content: { parts: [{ inlineData }] } })).toEqual([
      { kind: "audio", pcm: Uint8Array.of(0xfb, 0xff), rate: 24_000 },
    ]);
  }
});

test("[PAGE29] what is no sound and no words is no one's business", () => {
  const inlineData = { mimeType: "image/png", data: "AAAA" };
  expect(kinds({ content: { parts: [{ inlineData }, {}] } })).toEqual([]);
  expect(kinds({ content: { parts: [{ text: "hm", thought: true }] } })).toEqual([]);
  expect(kinds({ outputTranscription: { text: "", finished: false } })).toEqual([]);
});

test("[PAGE29] text of a model that writes is its transcript; text of a person is typed", () => {
  const content = { role: "model", parts: [{ text: "He" }] };
  expect(read({ content, partial: true, author: "guide" })).toEqual([
    { kind: "transcript", side: "agent", text: "He", finished: false },
  ]);
  expect(
    read({ content: { role: "user", parts: [{ text: "Hi" }] }, author: "user", id: "t1" }),
  ).toEqual([{ kind: "typed", text: "Hi", id: "t1" }]);
});

test("[PAGE29] an error is told in the server's words", () => {
  expect(read({ errorCode: "QUOTA", errorMessage: "Try later." })).toEqual([
    { kind: "error", message: "Try later." },
  ]);
  expect(read({ errorCode: "SAFETY" })).toEqual([{ kind: "error", message: "SAFETY" }]);
});

test("[PAGE38] another agent that takes over is heard by name", () => {
  expect(read({ author: "primes", agentChanged: { from: "dice", to: "primes" } })).toEqual([
    { kind: "speaker", name: "primes" },
  ]);
});
