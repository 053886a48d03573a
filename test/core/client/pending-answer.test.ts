import { expect, test } from "vitest";
import { isAnswerPending } from "../../../packages/client/src/state/pending-answer.ts";
import { emptyCaptions, addTyped } from "../../../packages/client/src/state/captions.ts";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import { idleTurn, type PlaybackTurn } from "../../../packages/client/src/state/playback-turn.ts";

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
const open: ConnectionEvent = { kind: "state", state: { status: "open" } };

const after = (
  answerPending: boolean,
  event: ConnectionEvent,
  turn: PlaybackTurn = idleTurn,
  captions = emptyCaptions,
) => isAnswerPending({ answerPending, turn, captions }, event);

test("[PAGE48] an answer is pending from the finished question to the first audio of the answer", () => {
  expect(after(false, question)).toBe(true);
  expect(after(false, { ...question, finished: false })).toBe(false);
  expect(after(true, { kind: "usage", tokens: { input: 1, output: 1, total: 2 } })).toBe(true);
  expect(after(true, answer)).toBe(false);
  expect(after(true, { kind: "audio", pcm: new Uint8Array(2), rate: 24_000 })).toBe(false);
  expect(after(true, { kind: "turnComplete" })).toBe(false);
  expect(after(true, { kind: "error", message: "No." })).toBe(false);
});

test("[PAGE83] the end of a filler announces the answer, unless the turn was stopped", () => {
  const filler: ConnectionEvent = { kind: "turnComplete", thinking: true };
  expect(after(false, filler)).toBe(true);
  expect(after(false, filler, { state: "interrupted", by: "page" })).toBe(false);
});

test("[PAGE48] a user transcript that arrives during the answer does not make an answer pending", () => {
  expect(after(false, question, { state: "playing" })).toBe(false);
  expect(after(false, question, { state: "interrupted", by: "page" })).toBe(true);
});

test("[PAGE48] an answer to queued text is pending as soon as the connection is open", () => {
  const queued = addTyped(emptyCaptions, "Hello?", true);
  expect(after(false, open, idleTurn, queued)).toBe(true);
  expect(after(false, open)).toBe(false);
  expect(
    after(
      true,
      { kind: "state", state: { status: "connecting", retry: true, offline: false } },
      idleTurn,
      queued,
    ),
  ).toBe(false);
});
