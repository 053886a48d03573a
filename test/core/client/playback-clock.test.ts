import { expect, test } from "vitest";
import { PlaybackClock } from "../../../packages/client/src/audio/playback-clock.ts";

test("[AUDIO42] while an answer is held nothing more of it counts as heard, and it goes on from there", () => {
  const clock = new PlaybackClock();
  clock.receive(5_000);
  clock.start(0);
  clock.hold(1_000);
  expect(clock.playedMs(1_600)).toBe(1_000);
  clock.release(1_600, true);
  expect(clock.playedMs(2_000)).toBe(1_400);
});

test("[AUDIO42] an answer that is held before it plays counts from its own beginning", () => {
  const clock = new PlaybackClock();
  clock.receive(5_000);
  clock.hold(100);
  clock.start(120);
  expect(clock.playedMs(600)).toBe(0);
  clock.release(700, false);
  expect(clock.playedMs(900)).toBe(0);
  clock.start(1_000);
  expect(clock.playedMs(1_300)).toBe(300);
});

test("[AUDIO42] an interruption ends the hold", () => {
  const clock = new PlaybackClock();
  clock.receive(5_000);
  clock.start(0);
  clock.hold(500);
  clock.clear();
  clock.receive(1_000);
  clock.start(2_000);
  expect(clock.playedMs(2_400)).toBe(5_400);
  clock.stop();
  expect(clock.playedMs(9_000)).toBe(6_000);
});
