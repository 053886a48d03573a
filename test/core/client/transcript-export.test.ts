import { expect, test } from "vitest";
import type { Event } from "../../../src/wire/adk.ts";
import { english } from "../../../src/page/language/english.ts";
import { traditionalChinese } from "../../../src/page/language/traditional-chinese.ts";
import { exportConversation } from "../../../src/page/panels/transcript-export.ts";

const at = Date.UTC(2026, 10, 30, 1, 2, 3) / 1_000;

const events = [
  {
    author: "user",
    timestamp: at,
    inputTranscription: { text: "What time is it?", finished: true },
  },
  {
    author: "guide",
    timestamp: at + 1,
    partial: true,
    outputTranscription: { text: "It", finished: false },
  },
  {
    author: "guide",
    timestamp: at + 2.5,
    content: { parts: [{ text: "hm", thought: true }, { functionCall: { name: "get_time" } }] },
  },
  {
    author: "guide",
    timestamp: at + 3,
    outputTranscription: { text: "It is <ten> & a bit", finished: true },
  },
  { author: "guide", timestamp: at + 3.1, interrupted: true },
  {
    author: "user",
    timestamp: at + 3_700,
    content: { role: "user", parts: [{ text: "Two\n\nlines --> here" }] },
  },
] as unknown as Event[];

const file = (format: "txt" | "vtt" | "json", title = "A talk") =>
  exportConversation(events, format, title, english.conversations.export);

test("[PAGE101] as text: a line for each finished transcript and typed text, with its time and speaker", () => {
  expect(file("txt").content).toBe(
    [
      "[2026-11-30 01:02:03 UTC] user: What time is it?",
      "[2026-11-30 01:02:06 UTC] guide: It is <ten> & a bit — interrupted",
      "[2026-11-30 02:03:43 UTC] user: Two\n\nlines --> here",
      "",
    ].join("\n"),
  );
});

test("[PAGE101] as WebVTT: cues from the first word on, with markup escaped", () => {
  expect(file("vtt").content).toBe(
    [
      "WEBVTT",
      "",
      "00:00:00.000 --> 00:00:03.000",
      "<v user>What time is it?",
      "",
      "00:00:03.000 --> 01:01:40.000",
      "<v guide>It is &lt;ten&gt; &amp; a bit",
      "",
      "01:01:40.000 --> 01:01:44.000",
      "<v user>Two",
      "lines --&gt; here",
      "",
    ].join("\n"),
  );
});

test("[PAGE101] as JSON: the events as they are", () => {
  expect(JSON.parse(file("json").content)).toEqual(events);
});

test("[PAGE101] the file is named after the conversation, with letters of every script", () => {
  expect(file("txt", "What/time: is it?").name).toBe("What-time-is-it.txt");
  expect(file("vtt", "現在幾點？").name).toBe("現在幾點.vtt");
  expect(file("json", "…").name).toBe("conversation.json");
  expect(file("json").type).toBe("application/json;charset=utf-8");
  expect(exportConversation([], "vtt", "x", english.conversations.export).content).toBe(
    "WEBVTT\n\n",
  );
});

test("[PAGE152] the names in a saved file are in the page's language", () => {
  const texts = traditionalChinese.conversations.export;
  const [first, second] = exportConversation(events, "txt", "?", texts).content.split("\n");
  expect(first).toContain("] 使用者: What time is it?");
  expect(second).toContain("guide: It is <ten> & a bit（已中斷）");
  expect(exportConversation(events, "vtt", "?", texts)).toMatchObject({
    name: "對話.vtt",
    content: expect.stringContaining("<v 使用者>What time is it?"),
  });
});
