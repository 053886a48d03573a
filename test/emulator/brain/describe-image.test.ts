import { describe, expect, it } from "vitest";
import { rulesBrain } from "../../../src/emulator/core/brain/rules.ts";
import type { Colour, Pixels } from "../../../src/emulator/core/brain/vision/pixels.ts";
import { describe as described } from "../../../src/emulator/core/brain/vision/describe.ts";
import { nameOf } from "../../../src/emulator/core/brain/vision/colour.ts";
import { contextOf, spoken, stepsOf, user } from "./conversation.ts";

const RED = { r: 220, g: 20, b: 20 };
const BLUE = { r: 20, g: 40, b: 220 };

function painted(width: number, height: number, colour: (x: number, y: number) => Colour): Pixels {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const { r, g, b } = colour(x, y);
      rgba.set([r, g, b, 255], (y * width + x) * 4);
    }
  return { width, height, rgba };
}

const frame = { mimeType: "image/jpeg", data: new Uint8Array(2048) };

describe("[BRAIN40] describes a picture from its pixels", () => {
  it.each<[string, Colour]>([
    ["red", RED],
    ["blue", BLUE],
    ["green", { r: 30, g: 160, b: 60 }],
    ["yellow", { r: 240, g: 220, b: 40 }],
    ["orange", { r: 240, g: 140, b: 20 }],
    ["brown", { r: 120, g: 70, b: 30 }],
    ["white", { r: 250, g: 250, b: 250 }],
    ["grey", { r: 128, g: 128, b: 128 }],
    ["black", { r: 8, g: 8, b: 8 }],
    ["purple", { r: 120, g: 40, b: 200 }],
    ["pink", { r: 240, g: 110, b: 180 }],
  ])("knows %s", (name, colour) => expect(nameOf(colour)).toBe(name));

  it("distinguishes an even picture from one with parts, and locates them", () => {
    expect(described(painted(64, 48, () => RED))).toMatch(/even red picture/);
    const halves = described(painted(640, 480, (x) => (x < 380 ? RED : BLUE)));
    expect(halves).toMatch(/mostly red and blue.*blue on the right/);
    const spot = described(
      painted(100, 100, (x, y) => (Math.hypot(x - 50, y - 50) < 25 ? RED : BLUE)),
    );
    expect(spot).toMatch(/mostly blue and red.*red in the middle/);
  });

  it("states how bright the picture is", () => {
    expect(described(painted(8, 8, () => ({ r: 5, g: 5, b: 5 })))).toMatch(/very dark/);
    expect(described(painted(8, 8, () => ({ r: 250, g: 250, b: 250 })))).toMatch(/very bright/);
  });

  it("accepts a picture of one pixel, and of none", () => {
    expect(described(painted(1, 1, () => BLUE))).toMatch(/blue/);
    expect(described(painted(0, 0, () => BLUE))).toMatch(/empty/);
  });
});

describe("[BRAIN41] describes the picture when asked, or when a picture arrives without text", () => {
  const brain = rulesBrain({ decode: () => painted(8, 8, () => RED) });
  const seen = async (text: string, has = true, using = brain) =>
    spoken(await stepsOf(using, contextOf([user(text)], has ? { frame } : {})));

  it.each([
    "What do you see?",
    "Describe the picture.",
    "What is this?",
    "Can you see me?",
    "What colour is this?",
  ])("%s", async (text) => expect(await seen(text)).toMatch(/red.*only look at colours/));
  it("says that there is no picture, or that it can not read it", async () => {
    expect(await seen("What do you see?", false)).toMatch(/nothing yet/);
    expect(await seen("What do you see?", true, rulesBrain())).toMatch(/2 kilobytes.*can not read/);
    const broken = rulesBrain({ decode: () => Promise.reject(new Error("bad marker")) });
    expect(await seen("What do you see?", true, broken)).toMatch(/can not read/);
  });
  it("prefers the picture of the same turn", async () => {
    const sizes: number[] = [];
    const looking = rulesBrain({ decode: ({ data }) => void sizes.push(data.length) });
    const parts = [{ inlineData: { mimeType: "image/png", data: "AAAA" } }];
    await stepsOf(looking, contextOf([{ role: "user", parts }], { frame }));
    expect(sizes).toEqual([3]);
  });
});
