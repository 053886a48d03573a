import { expect, test } from "vitest";
import { encodeAudioFrame } from "../../../src/wire/parley-v1.ts";
import { selectFrames, toCopy } from "../../../src/page/panels/frame-filter.ts";
import { FrameLog } from "../../../src/page/panels/frame-log.ts";

function createLog(): { log: FrameLog; clock: { now: number } } {
  const clock = { now: 0 };
  return { log: new FrameLog(() => clock.now), clock };
}

const base64 = "A".repeat(400);

test("[PAGE91] a frame is recorded with its time, direction, kind and size on the wire", () => {
  const { log, clock } = createLog();
  clock.now = 1_234;
  log.add("out", '{"type":"text","text":"é"}');
  clock.now = 1_300;
  log.add("in", encodeAudioFrame(7, new Uint8Array(960)).buffer as ArrayBuffer);
  log.add("out", new Int16Array([8_192, 8_192, 8_192, 8_192]).buffer);
  log.add("in", "pong");
  expect(log.records).toEqual([
    {
      id: 1,
      at: 1_234,
      direction: "out",
      kind: "text",
      bytes: 27,
      text: '{"type":"text","text":"é"}',
    },
    { id: 2, at: 1_300, direction: "in", kind: "audio", bytes: 964, seq: 7 },
    { id: 3, at: 1_300, direction: "out", kind: "audio", bytes: 8, loudness: 0.25 },
    { id: 4, at: 1_300, direction: "in", kind: "pong", bytes: 4 },
  ]);
});

test("[PAGE91] the kind of an event names the fields that it carries", () => {
  const { log } = createLog();
  const event = {
    content: { parts: [{ functionCall: { name: "get_time" } }, { text: "x", thought: true }] },
    usageMetadata: {},
  };
  log.add("in", JSON.stringify({ type: "event", seq: 1, event }));
  expect(log.records[0]?.kind).toBe("event usageMetadata functionCall text");
});

test("[PAGE93] no record holds media or a token: a picture is its size", () => {
  const { log } = createLog();
  log.add("out", JSON.stringify({ type: "image", data: base64, mimeType: "image/jpeg" }));
  log.add(
    "in",
    JSON.stringify({
      type: "event",
      event: {
        content: { parts: [{ inlineData: { mimeType: "image/png", data: `${base64}A==` } }] },
      },
    }),
  );
  log.add("out", JSON.stringify({ type: "token", token: "eyJh.eyJz.secret" }));
  const text = toCopy(log.records);
  expect(text).not.toContain("AAAA");
  expect(text).not.toContain("secret");
  expect(text).toContain('"data":"[300 bytes]"');
  expect(text).toContain('"token":"[token]"');
});

test("[PAGE93] the log keeps the newest 2,000 frames and at most 4 MiB of text", () => {
  const { log } = createLog();
  for (let n = 0; n < 2_100; n++) log.add("in", `{"type":"ack","seq":${n}}`);
  expect(log.records.length).toBe(2_000);
  expect(log.records[0]?.text).toContain('"seq":100');
  const words = "many words ".repeat(3_000);
  for (let n = 0; n < 300; n++) log.add("in", JSON.stringify({ type: "event", words }));
  const length = log.records.reduce((sum, { text = "" }) => sum + text.length, 0);
  expect(length).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(log.records.length).toBeGreaterThan(100);
});

test("[PAGE93] a frame that is larger than 64 KiB is cut, and one that is no JSON is only counted", () => {
  const { log } = createLog();
  log.add("in", JSON.stringify({ type: "hello", words: "many words ".repeat(10_000) }));
  log.add("in", "<html>an error page</html>");
  expect(log.records[0]?.text?.length).toBe(64 * 1024 + 1);
  expect(log.records[1]).toMatchObject({ kind: "not JSON", bytes: 26 });
  expect(log.records[1]?.text).toBeUndefined();
  expect(() => toCopy(log.records)).not.toThrow();
});

test("[PAGE92] a filter matches kinds and texts in any case, and leaves out what is frequent unless asked", () => {
  const { log } = createLog();
  log.add("out", '{"type":"text","text":"Hello"}');
  log.add("out", '{"type":"ack","seq":1}');
  log.add("out", new ArrayBuffer(4));
  const kinds = (text: string, media = false): string[] =>
    selectFrames(log.records, { text, media }).map(({ kind }) => kind);
  expect(kinds("")).toEqual(["text"]);
  expect(kinds("", true)).toEqual(["text", "ack", "audio"]);
  expect(kinds(" HELLO ")).toEqual(["text"]);
  expect(kinds("hello there")).toEqual([]);
});
