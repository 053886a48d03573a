import { expect, test } from "vitest";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import {
  reducePlaybackTurn,
  idleTurn,
  stopTurn,
  type PlaybackTurn,
} from "../../../packages/client/src/state/playback-turn.ts";

const audio: ConnectionEvent = { kind: "audio", pcm: new Uint8Array(2), rate: 24_000 };
const transcript = (side: "user" | "agent"): ConnectionEvent => ({
  kind: "transcript",
  side,
  text: "Some text.",
  finished: true,
});
const interrupted: ConnectionEvent = { kind: "interrupted" };
const turnComplete: ConnectionEvent = { kind: "turnComplete" };

const after = (...events: ConnectionEvent[]): PlaybackTurn =>
  events.reduce(reducePlaybackTurn, idleTurn);
const playsAudio = (turn: PlaybackTurn): boolean =>
  reducePlaybackTurn(turn, audio).state === "playing";

test("[PAGE10] late audio of an interrupted turn is not played, the next turn is", () => {
  expect(playsAudio(after(audio, interrupted))).toBe(false);
  expect(playsAudio(after(audio, interrupted, audio, transcript("agent")))).toBe(false);
  expect(playsAudio(after(audio, interrupted, turnComplete))).toBe(true);
});

test("[PAGE10] an agent transcript opens a turn, which may be interrupted before its first audio", () => {
  expect(playsAudio(after(transcript("agent"), interrupted))).toBe(false);
});

test("[PAGE11] an interruption without a turn does not mute the next turn", () => {
  expect(playsAudio(after(interrupted))).toBe(true);
  expect(playsAudio(after(audio, turnComplete, interrupted))).toBe(true);
});

test("[PAGE11] without turnComplete a finished user transcript ends an interrupted turn", () => {
  expect(playsAudio(after(audio, interrupted, transcript("user")))).toBe(true);
});

test("[PAGE12] a turn that the page stopped stays silent until turnComplete, even when the user speaks", () => {
  const stopped = stopTurn(after(audio));
  expect(playsAudio(stopped)).toBe(false);
  expect(playsAudio(reducePlaybackTurn(stopped, transcript("user")))).toBe(false);
  expect(playsAudio(reducePlaybackTurn(stopped, turnComplete))).toBe(true);
  expect(stopTurn(idleTurn)).toBe(idleTurn);
});

test("[PAGE83] a turn that the page stopped in its filler stays silent through the answer", () => {
  const filler: ConnectionEvent = { kind: "turnComplete", thinking: true };
  const stopped = stopTurn(after(audio));
  expect(playsAudio(reducePlaybackTurn(stopped, filler))).toBe(false);
  expect(playsAudio(after(audio, filler))).toBe(true);
  expect(playsAudio([filler, turnComplete].reduce(reducePlaybackTurn, stopped))).toBe(true);
});

test("[PAGE11] a reconnect keeps the turn; a close and a replay end it", () => {
  const disconnected: ConnectionEvent = {
    kind: "state",
    state: { status: "backoff", retryInMs: 1, offline: false },
  };
  const closed: ConnectionEvent = { kind: "state", state: { status: "closed" } };
  const replay: ConnectionEvent = { kind: "replay", complete: false, events: [] };
  expect(playsAudio(after(audio, interrupted, disconnected))).toBe(false);
  expect(playsAudio(after(audio, interrupted, closed))).toBe(true);
  expect(playsAudio(after(audio, interrupted, replay))).toBe(true);
});
