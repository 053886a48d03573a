import { describe, expect, it } from "vitest";
import { splitText, normalizeText } from "../../../src/emulator/node/voice/normalize-text.ts";

describe("text normalization for the synthesizer", () => {
  it.each([
    ["It is 21°C in Paris.", "It is 21 degrees Celsius in Paris."],
    ["-5 °F, turn 90°.", "minus 5 degrees Fahrenheit, turn 90 degrees."],
    ["Write to ann.lee@mail.example.com.", "Write to ann dot lee at mail dot example dot com."],
    ["See https://www.example.com/docs/ now.", "See example dot com slash docs now."],
    ["Café, naïve, Łódź, straße.", "Cafe, naive, Lodz, strasse."],
    ["Москва и Αθήνα", "Moskva i Athina"],
    ["“Hello” – it’s me…", "Hello, it's me."],
    ["你好 means hello", "some words in Chinese means hello"],
    ["こんにちは世界", "some words in Japanese"],
    ["**Bold** and `code` and # Title", "Bold and code and Title"],
    ["5 × 3 = 15, 8 - 2 = 6, 4÷2", "5 times 3 equals 15, 8 minus 2 equals 6, 4 divided by 2"],
    ["2 + 2, R&D, €5.50, £3", "2 plus 2, R and D, 5.50 euros, 3 pounds"],
    ["It is 5:19 AM, not 3 p.m. today.", "It is 5:19 ay em, not 3 pee em today."],
    ["Done 🎉 now", "Done now"],
    ["well-known, 2024-2025", "well-known, 2024-2025"],
    ["a\u0000b\nc", "a b c"],
  ])("[VOICE9] reads %j as %j", (text, spoken) => {
    expect(normalizeText(text)).toBe(spoken);
  });

  it("[VOICE10] splits a long text at clauses without losing a word", () => {
    const text = "One thing, and another; then a third. ".repeat(20).trim();
    const parts = splitText(text);
    expect(parts.every((part) => part.length <= 240)).toBe(true);
    expect(parts.join(" ")).toBe(text);
    expect(splitText("x".repeat(500)).join("")).toBe("x".repeat(500));
    expect(splitText("")).toEqual([]);
  });
});
