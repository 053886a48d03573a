import { expect, test } from "vitest";
import { SilenceGatedSender } from "../../../src/client/audio/microphone-uplink.ts";

/** What went out: the level of each sound, or the end. */
function door() {
  const out: (number | "end")[] = [];
  const gated = new SilenceGatedSender({
    sendAudio: (pcm) => out.push(new Int16Array(pcm)[0] ?? 0),
    endAudio: () => out.push("end"),
  });
  const hear = (ms: number, level: number): void => {
    for (let at = 0; at < ms; at += 32) gated.push(new Int16Array(512).fill(level).buffer);
  };
  return { out, gated, hear };
}

const understood = { kind: "transcript", side: "user", text: "Hi", finished: true } as const;

test("[PAGE37] a quiet page sends nothing", () => {
  const { out, hear } = door();
  hear(20_000, 10);
  expect(out).toEqual([]);
});

test("[PAGE37] half a second from before the first loud sound goes with it", () => {
  const { out, hear } = door();
  hear(5_000, 10);
  hear(320, 8_000);
  const before = out.indexOf(8_000);
  expect(before * 32).toBeGreaterThan(450);
  expect(before * 32).toBeLessThanOrEqual(500);
  expect(out.slice(0, before).every((level) => level === 10)).toBe(true);
});

test("[PAGE37] after a second of quiet the end is told, once what was said is understood, else after three", () => {
  for (const [heard, ms] of [
    [true, 1_000],
    [false, 3_000],
  ] as const) {
    const { out, gated, hear } = door();
    hear(320, 8_000);
    if (heard) gated.handleEvent(understood);
    hear(ms - 40, 10);
    expect(out).not.toContain("end");
    hear(6_000, 10);
    expect(out.filter((each) => each === "end")).toHaveLength(1);
    expect(out.at(-1)).toBe("end");
  }
});

test("[PAGE37] sound that waits is a copy: the microphone takes its buffers back", () => {
  const { out, gated, hear } = door();
  const lent = new Int16Array(512).fill(10);
  gated.push(lent.buffer);
  lent.fill(99);
  hear(32, 8_000);
  expect(out).toEqual([10, 8_000]);
});

test("[PAGE27] a microphone that is closed in the middle of a word tells the end; a quiet one has told it", () => {
  const { out, gated, hear } = door();
  gated.end();
  expect(out).toEqual([]);
  hear(32, 8_000);
  gated.end();
  expect(out).toEqual([8_000, "end"]);
});
