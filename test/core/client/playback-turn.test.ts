import { expect, test } from "vitest";
import type { ConnectionEvent } from "../../../src/client/connection/connection.ts";
import {
  reducePlaybackTurn,
  silentTurn,
  stopTurn,
  type PlaybackTurn,
} from "../../../src/client/state/playback-turn.ts";

const audio: ConnectionEvent = { kind: "audio", pcm: new Uint8Array(2), rate: 24_000 };
const words = (side: "user" | "agent"): ConnectionEvent => ({
  kind: "transcript",
  side,
  text: "words",
  finished: true,
});
const interrupted: ConnectionEvent = { kind: "interrupted" };
const turnComplete: ConnectionEvent = { kind: "turnComplete" };

const after = (...heard: ConnectionEvent[]): PlaybackTurn =>
  heard.reduce(reducePlaybackTurn, silentTurn);
const heardIn = (turn: PlaybackTurn): boolean => reducePlaybackTurn(turn, audio).at === "talking";

test("[PAGE10] what still arrives of an interrupted turn is not played, the next turn is", () => {
  expect(heardIn(after(audio, interrupted))).toBe(false);
  expect(heardIn(after(audio, interrupted, audio, words("agent")))).toBe(false);
  expect(heardIn(after(audio, interrupted, turnComplete))).toBe(true);
});

test("[PAGE10] words of the agent open a turn that can be interrupted before its first sound", () => {
  expect(heardIn(after(words("agent"), interrupted))).toBe(false);
});

test("[PAGE11] an interruption with no turn to interrupt does not mute the next", () => {
  expect(heardIn(after(interrupted))).toBe(true);
  expect(heardIn(after(audio, turnComplete, interrupted))).toBe(true);
});

test("[PAGE11] when the end of an interrupted turn is lost, the finished words of the person end it", () => {
  expect(heardIn(after(audio, interrupted, words("user")))).toBe(true);
});

test("[PAGE12] what the page stopped stays stopped until the turn is complete, whoever speaks", () => {
  const stopped = stopTurn(after(audio));
  expect(heardIn(stopped)).toBe(false);
  expect(heardIn(reducePlaybackTurn(stopped, words("user")))).toBe(false);
  expect(heardIn(reducePlaybackTurn(stopped, turnComplete))).toBe(true);
  expect(stopTurn(silentTurn)).toBe(silentTurn);
});

test("[PAGE11] a lost line changes nothing, since what was missed is told; hanging up, and the log, end the turn", () => {
  const lost: ConnectionEvent = {
    kind: "state",
    state: { at: "waiting", inMs: 1, offline: false },
  };
  const left: ConnectionEvent = { kind: "state", state: { at: "closed" } };
  const recalled: ConnectionEvent = { kind: "recalled", whole: false, heard: [] };
  expect(heardIn(after(audio, interrupted, lost))).toBe(false);
  expect(heardIn(after(audio, interrupted, left))).toBe(true);
  expect(heardIn(after(audio, interrupted, recalled))).toBe(true);
});
