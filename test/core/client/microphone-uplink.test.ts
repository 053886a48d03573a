import { expect, test } from "vitest";
import { SilenceGatedSender } from "../../../packages/client/src/audio/microphone-uplink.ts";

/** A sender that records the level of each frame sent, or "end". */
function createSender() {
  const sent: (number | "end")[] = [];
  const sender = new SilenceGatedSender({
    sendAudio: (pcm) => sent.push(new Int16Array(pcm)[0] ?? 0),
    endAudio: () => sent.push("end"),
  });
  const pushLevel = (ms: number, level: number): void => {
    for (let at = 0; at < ms; at += 32) sender.push(new Int16Array(512).fill(level).buffer);
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
  sender.push(reused.buffer);
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
