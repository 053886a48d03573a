import { expect, test } from "vitest";
import {
  DetectingSender,
  PressedSender,
  SilenceGatedSender,
} from "../../../packages/client/src/audio/turn-taking.ts";

/** A sender that records the level of each frame sent, or "end". */
function createSender() {
  const sent: (number | "end")[] = [];
  const sender = new SilenceGatedSender({
    sendAudio: (pcm) => sent.push(new Int16Array(pcm)[0] ?? 0),
    endAudio: () => sent.push("end"),
  });
  const pushLevel = (ms: number, level: number): void => {
    for (let at = 0; at < ms; at += 32) sender.push(new Int16Array(512).fill(level).buffer, at);
  };
  return { sent, sender, pushLevel };
}

const transcript = { kind: "transcript", side: "user", text: "Hi", finished: true } as const;

test("[PAGE37] silence is not sent", () => {
  const { sent, pushLevel } = createSender();
  pushLevel(20_000, 10);
  expect(sent).toEqual([]);
});

test("[PAGE37] half a second before the first loud frame is sent with it", () => {
  const { sent, pushLevel } = createSender();
  pushLevel(5_000, 10);
  pushLevel(320, 8_000);
  const before = sent.indexOf(8_000);
  expect(before * 32).toBeGreaterThan(450);
  expect(before * 32).toBeLessThanOrEqual(500);
  expect(sent.slice(0, before).every((level) => level === 10)).toBe(true);
});

test("[PAGE37] the end is sent after 1 s of silence, or after 3 s before the utterance is transcribed", () => {
  for (const [transcribed, ms] of [
    [true, 1_000],
    [false, 3_000],
  ] as const) {
    const { sent, sender, pushLevel } = createSender();
    pushLevel(320, 8_000);
    if (transcribed) sender.handleEvent(transcript);
    pushLevel(ms - 40, 10);
    expect(sent).not.toContain("end");
    pushLevel(6_000, 10);
    expect(sent.filter((each) => each === "end")).toHaveLength(1);
    expect(sent.at(-1)).toBe("end");
  }
});

test("[PAGE37] buffered frames are copies: the microphone reuses its buffers", () => {
  const { sent, sender, pushLevel } = createSender();
  const reused = new Int16Array(512).fill(10);
  sender.push(reused.buffer, 0);
  reused.fill(99);
  pushLevel(32, 8_000);
  expect(sent).toEqual([10, 8_000]);
});

test("[PAGE27] closing the microphone during speech sends the end, during silence it does not", () => {
  const { sent, sender, pushLevel } = createSender();
  sender.end();
  expect(sent).toEqual([]);
  pushLevel(32, 8_000);
  sender.end();
  expect(sent).toEqual([8_000, "end"]);
});

/** What a sender of marked turns sends: levels of frames, and its marks. */
function createTarget() {
  const sent: (number | string)[] = [];
  const onsets: number[] = [];
  const spoken: (readonly [capturedAt: number, sentAt: number])[] = [];
  const falseOnsets: number[] = [];
  const target = {
    sendAudio: (pcm: ArrayBuffer, whenSent?: (at: number) => void) => {
      sent.push(new Int16Array(pcm)[0] ?? 0);
      whenSent?.(9_000);
    },
    endAudio: () => void sent.push("end"),
    setActivity: (on: boolean) => void sent.push(on ? "on" : "off"),
  };
  const events = {
    onset: () => void onsets.push(sent.length),
    falseOnset: () => void falseOnsets.push(sent.length),
    spoke: (capturedAt: number, sentAt: number) => void spoken.push([capturedAt, sentAt]),
  };
  return { sent, onsets, falseOnsets, spoken, target, events };
}

const frame = (level: number): ArrayBuffer => new Int16Array(640).fill(level).buffer;

test("[AUDIO13] push to talk sends what is said while the control is held, between two marks", () => {
  const { sent, spoken, target, events } = createTarget();
  const sender = new PressedSender(target, events);
  sender.push(frame(1), 0);
  sender.press();
  sender.press();
  sender.push(frame(2), 400);
  // The frames of what was said before the control is let go come after it.
  sender.release(500);
  sender.push(frame(3), 440);
  sender.push(frame(4), 480);
  sender.push(frame(5), 520);
  sender.release(600);
  expect(sent).toEqual(["on", 2, 3, 4, "off"]);
  expect(spoken).toEqual([[500, 9_000]]);
});

test("[AUDIO13] a control that is pressed again before the last frame goes on with the utterance", () => {
  const { sent, target, events } = createTarget();
  const sender = new PressedSender(target, events);
  sender.press();
  sender.release(100);
  sender.press();
  sender.push(frame(1), 80);
  sender.push(frame(2), 120);
  expect(sent).toEqual(["on", 1, 2]);
});

test("[AUDIO13] a mute releases the control", () => {
  const { sent, target, events } = createTarget();
  const sender = new PressedSender(target, events);
  sender.press();
  sender.end();
  expect(sent).toEqual(["on", "off"]);
});

/** Frames of 40 ms, numbered by level, with the verdicts on them. */
function createDetectingSender() {
  const parts = createTarget();
  const waiting: ArrayBuffer[] = [];
  const sender = new DetectingSender(parts.target, parts.events, (pcm) => void waiting.push(pcm));
  let level = 0;
  const push = (...probabilities: number[]): void => {
    for (const _ of probabilities) sender.push(frame(++level), level * 40);
    for (const probability of probabilities) {
      const pcm = waiting.shift();
      if (pcm) sender.decided(pcm, probability);
    }
  };
  return { ...parts, sender, waiting, push };
}

const silent = (count: number): number[] => Array(count).fill(0);

test("[AUDIO14] a client that detects speech sends half a second from before, the speech, and no silence", () => {
  const { sent, onsets, spoken, push } = createDetectingSender();
  push(...silent(50), 0.9, 0.9, 0.9, 0.9, ...silent(17));
  expect(sent[0]).toBe("on");
  expect(sent.at(-1)).toBe(71);
  push(...silent(1));
  expect(sent.at(-1)).toBe("off");
  const count = sent.length;
  push(...silent(100));
  expect(sent).toHaveLength(count);
  const levels = sent.filter((each) => typeof each === "number");
  expect(levels).toEqual(Array.from(levels, (_, i) => (levels[0] ?? 0) + i));
  expect(51 - (levels[0] ?? 0)).toBeGreaterThanOrEqual(9);
  expect(onsets).toEqual([0]);
  expect(spoken.at(-1)).toEqual([54 * 40 + 20, 9_000]);
});

test("[AUDIO14] a click is an onset, and nothing of it is sent", () => {
  const { sent, onsets, falseOnsets, push } = createDetectingSender();
  push(...silent(10), 0.9, ...silent(10));
  expect([sent, onsets, falseOnsets]).toEqual([[], [0], [0]]);
});

test("[AUDIO14] verdicts that come after a mute send nothing", () => {
  const { sent, sender, waiting, push } = createDetectingSender();
  push(0.9, 0.9, 0.9);
  sender.push(frame(90), 0);
  sender.end();
  sender.decided(waiting.shift()!, 0.9);
  expect(sent).toEqual(["on", 1, 2, 3, "off"]);
  push(0.9, 0.9, 0.9);
  expect(sent.slice(5)).toEqual(["on", 4, 5, 6]);
});

test("[AUDIO10] a loud sound is an onset after 80 ms, and the last loud piece is the end of the last word", () => {
  const { onsets, spoken, target, events } = createTarget();
  const sender = new SilenceGatedSender(target, events);
  for (const [i, level] of [10, 8_000, 10, 8_000, 8_000, 8_000, 10, 10].entries())
    sender.push(frame(level), i * 40);
  expect(onsets).toHaveLength(1);
  expect(spoken.at(-1)).toEqual([5 * 40 + 20, 9_000]);
});

test("[AUDIO10] a pause of one frame of 20 ms is within a sound, and one of 40 ms ends it", () => {
  const times = (count: number): number[] => Array.from({ length: count }, () => 8_000);
  const onsetsOf = (...levels: number[]): number => {
    const { onsets, target, events } = createTarget();
    const sender = new SilenceGatedSender(target, events);
    for (const [i, level] of levels.entries())
      sender.push(new Int16Array(320).fill(level).buffer, i * 20);
    return onsets.length;
  };
  expect(onsetsOf(10, 8_000, 8_000, 10, 8_000, 8_000)).toBe(1);
  expect(onsetsOf(10, 8_000, 8_000, 10, 10, 8_000, 8_000)).toBe(0);
  expect(onsetsOf(10, ...times(4), 10, ...times(20))).toBe(1);
});
