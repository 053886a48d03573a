/** How much of an answer was heard. */
import { describe, expect, test } from "vitest";
import { PlaybackClock } from "../../../packages/client/src/audio/playback-clock.ts";
import type { ConnectionEvent } from "../../../packages/client/src/connection/connection.ts";
import {
  emptyCaptions,
  markHeard,
  markInterrupted,
  reduceCaptions,
} from "../../../packages/client/src/state/captions.ts";
import { estimateHeard, heardCharacters } from "../../../packages/client/src/state/heard-text.ts";

const story = "Once upon a time a keeper lived in a lighthouse at the end of the world. ".repeat(4);
const caption = { id: 1, fromMs: 1_000, since: 0 };

describe("the text that was heard", () => {
  test("[PAGE126] spreads over the audio, and ends with it", () => {
    const whole = { ...caption, toMs: 21_000 };
    const heardAt = (playedMs: number) =>
      heardCharacters(story, whole, { receivedMs: 30_000, playedMs, now: 0 });
    expect(heardAt(1_000)).toBeLessThan(8);
    expect(Math.abs(heardAt(11_000) - story.length / 2)).toBeLessThan(12);
    expect(heardAt(21_000)).toBe(story.length);
  });

  test("[PAGE126] never outruns a fast speaker while text comes ahead of the audio", () => {
    const playback = { receivedMs: 3_000, playedMs: 2_000, now: 0 };
    expect(heardCharacters(story, caption, playback)).toBeLessThan(35);
    const chinese = "從前有一位老人住在世界盡頭的燈塔裡，每天晚上他都會點亮那盞燈。";
    expect(heardCharacters(chinese, caption, playback)).toBeLessThan(9);
  });

  test("[PAGE126] ends with a word", () => {
    for (let playedMs = 1_000; playedMs < 21_000; playedMs += 333) {
      const heard = heardCharacters(
        story,
        { ...caption, toMs: 21_000 },
        { receivedMs: 30_000, playedMs, now: 0 },
      );
      expect(story[heard] ?? " ").toBe(" ");
    }
  });

  test("[PAGE126] waits a moment for audio, and is whole where none comes", () => {
    const silent = { receivedMs: 1_000, playedMs: 1_000 };
    expect(heardCharacters(story, caption, { ...silent, now: 100 })).toBe(0);
    expect(heardCharacters(story, caption, { ...silent, now: 500 })).toBe(story.length);
  });
});

const answer: ConnectionEvent = { kind: "transcript", side: "agent", text: story, finished: false };

test("[PAGE125] an interrupted answer keeps what was heard, whatever comes later", () => {
  const playing = markHeard(reduceCaptions(emptyCaptions, answer), new Map([[1, 16]]));
  const cut = markHeard(markInterrupted(playing, 9_000), new Map([[1, 99]]));
  expect(cut.list).toMatchObject([{ state: "interrupted", heard: 16 }]);
});

test("[PAGE125] without the player the server's measure of what was heard holds", () => {
  const cut = reduceCaptions(reduceCaptions(emptyCaptions, answer), {
    kind: "interrupted",
    heardMs: 2_000,
  });
  expect(cut.list[0]?.heard).toBe(estimateHeard(story, 2_000));
  expect(estimateHeard(story, 2_000)).toBeLessThan(40);
  expect(estimateHeard(story, 2_000)).toBeGreaterThan(20);
});

describe("the playback clock", () => {
  test("[PAGE126] runs while the player plays, up to what was received", () => {
    const clock = new PlaybackClock();
    clock.receive(1_000);
    expect(clock.playedMs(50)).toBe(0);
    clock.start(100);
    expect(clock.playedMs(400)).toBe(300);
    expect(clock.playedMs(5_000)).toBe(1_000);
    clock.receive(1_000);
    clock.stop();
    expect(clock.playedMs(9_000)).toBe(2_000);
  });

  test("[PAGE126] keeps its place while playback is held, and skips what is dropped", () => {
    const clock = new PlaybackClock();
    clock.receive(4_000);
    clock.start(0);
    clock.hold(500);
    expect(clock.playedMs(3_000)).toBe(500);
    clock.release(3_000, true);
    clock.clear();
    expect(clock.playedMs(3_100)).toBe(4_000);
  });
});
