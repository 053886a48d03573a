import { expect, test } from "vitest";
import { isAnswerPending } from "../../../src/client/state/pending-answer.ts";
import { emptyCaptions, addTyped as typed } from "../../../src/client/state/captions.ts";
import type { ConnectionEvent } from "../../../src/client/connection/connection.ts";
import { silentTurn, type PlaybackTurn } from "../../../src/client/state/playback-turn.ts";

const question: ConnectionEvent = {
  kind: "transcript",
  side: "user",
  text: "What?",
  finished: true,
};
const answer: ConnectionEvent = {
  kind: "transcript",
  side: "agent",
  text: "That.",
  finished: false,
};
const open: ConnectionEvent = { kind: "state", state: { at: "open" } };

const after = (
  awaiting: boolean,
  heard: ConnectionEvent,
  turn: PlaybackTurn = silentTurn,
  captions = emptyCaptions,
) => isAnswerPending({ awaiting, turn, captions }, heard);

test("[PAGE48] the answer is awaited from the last word of the question to the first of the answer", () => {
  expect(after(false, question)).toBe(true);
  expect(after(false, { ...question, finished: false })).toBe(false);
  expect(after(true, { kind: "usage", tokens: { input: 1, output: 1, total: 2 } })).toBe(true);
  expect(after(true, answer)).toBe(false);
  expect(after(true, { kind: "audio", pcm: new Uint8Array(2), rate: 24_000 })).toBe(false);
  expect(after(true, { kind: "turnComplete" })).toBe(false);
  expect(after(true, { kind: "error", message: "No." })).toBe(false);
});

test("[PAGE48] words of a person that come late, with the answer under way, await nothing", () => {
  expect(after(false, question, { at: "talking" })).toBe(false);
  expect(after(false, question, { at: "cut", by: "page" })).toBe(true);
});

test("[PAGE48] what was typed while away is awaited once it is sent", () => {
  const held = typed(emptyCaptions, "Hello?", true);
  expect(after(false, open, silentTurn, held)).toBe(true);
  expect(after(false, open)).toBe(false);
  expect(after(true, { kind: "state", state: { at: "connecting" } }, silentTurn, held)).toBe(false);
});
